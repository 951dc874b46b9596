"""What may lie in the repository: our own text, and nothing that ties it to one machine or one package registry."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_OWN_LINE = 1000  # characters; a hand-written rule of the stylesheet stands on one line

# In pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(pieces)
    for pieces in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("anaconda", "org"),
        ("debian", "org"),
    ]
]
REGISTRY = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, REGISTRIES)) + r")(?![\w-])", re.IGNORECASE)
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:"
    + "|".join(["root", "Users", "home/[a-z]+", "work/(?:main|shared)", "opt/(?:pypi|wheels)"])
    + r")(?![\w-])"
)
FOREIGN_PLACE = re.compile(r"(?:^|/)(?:node_modules|vendor|vendored|third_party|site-packages|dist)/|\.min\.\w+$")


def tracked_files():
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    names = listing.stdout.decode().split("\0")
    return sorted(name for name in names if name and (ROOT / name).is_file())


def lines_of(name):
    """The lines of a text file; none of a picture."""
    content = (ROOT / name).read_bytes()
    return [] if b"\0" in content else content.decode(errors="replace").splitlines()


def places_of(pattern):
    return [
        f"{name}:{number}"
        for name in tracked_files()
        for number, line in enumerate(lines_of(name), start=1)
        if pattern.search(line)
    ]


@pytest.mark.process
def test_no_file_names_a_package_registry():
    assert places_of(REGISTRY) == []


@pytest.mark.process
def test_no_file_names_a_path_of_one_machine():
    assert places_of(MACHINE_PATH) == []


@pytest.mark.process
def test_nothing_is_vendored_or_minified():
    foreign = [name for name in tracked_files() if FOREIGN_PLACE.search(name)]
    minified = [
        name
        for name in tracked_files()
        if name.endswith((".js", ".css", ".svg")) and any(len(line) > LONGEST_OWN_LINE for line in lines_of(name))
    ]

    assert foreign + minified == []


@pytest.mark.process
def test_what_is_made_or_secret_is_not_kept():
    kept = [name for name in tracked_files() if re.search(r"\.(?:mo|pyc|sqlite3|pem|key|env)$|(?:^|/)\.env$", name)]

    assert kept == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_python_package_is_pinned_with_its_hashes(lock):
    requirements = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()

    loose = [line for line in requirements if not re.match(r"[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]

    assert (loose, len(requirements) > 50) == ([], True)


def test_both_locks_agree():
    pins = [
        dict(re.findall(r"^([\w.\[\],-]+)==(\S+)", (ROOT / lock).read_text(), flags=re.MULTILINE))
        for lock in ["requirements.lock", "requirements-test.lock"]
    ]

    differing = {name for name, version in pins[0].items() if pins[1].get(name) != version}

    assert differing == set()


def test_every_node_package_has_a_hash_and_no_address():
    packages = json.loads((ROOT / "tests/oracles/package-lock.json").read_text())["packages"]

    kept = {name: set(entry) & {"integrity", "resolved", "funding"} for name, entry in packages.items() if name}

    assert set(map(frozenset, kept.values())) == {frozenset({"integrity"})}


@pytest.mark.parametrize("address", REGISTRIES)
def test_the_pattern_knows_a_registry(address):
    assert REGISTRY.search(f"see https://files.{address}/simple/")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("/" + "root/.venv/bin/python", True),
        ("cd /" + "work/main", True),
        ("open('/" + "home/someone/notes')", True),
        ("path('agenda/home/', views.home)", False),
        ("/usr/lib/postgresql/15/bin", False),
        ("https://spreekuur.example/work/", False),
    ],
)
def test_the_pattern_knows_a_path_of_one_machine(line, found):
    assert bool(MACHINE_PATH.search(line)) == found
