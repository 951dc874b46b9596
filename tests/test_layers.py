"""The house rules of design.md, read from the source itself."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "spreekuur": 7,
    "insights": 6,
    "referrals": 5,
    "talks": 4,
    "bookings": 3,
    "candidates": 2,
    "advisors": 1,
    "vacancies": 1,
    "organisation": 0,
    "outbox": 0,
}
PURE = [
    "advisors/calendars/reading.py",
    "advisors/daily.py",
    "advisors/open_time.py",
    "advisors/recurrence.py",
    "advisors/rota.py",
    "advisors/rule_words.py",
    "advisors/slots.py",
    "advisors/stretches.py",
    "advisors/terms.py",
    "advisors/wall_clock.py",
    "bookings/codes.py",
    "bookings/day_before.py",
    "bookings/fairness.py",
    "bookings/ical.py",
    "bookings/itip.py",
    "bookings/periods.py",
    "bookings/replacements.py",
    "bookings/waiting.py",
    "bookings/waking.py",
    "bookings/wishes.py",
    "candidates/completeness.py",
    "candidates/csv_intake.py",
    "organisation/timetable.py",
    "organisation/wording.py",
    "organisation/workdays.py",
    "outbox/blame.py",
    "outbox/drafts.py",
    "outbox/dsn.py",
    "outbox/earlier_ids.py",
    "outbox/endings.py",
    "outbox/gsm7.py",
    "outbox/inbound/judging.py",
    "outbox/inbound/reading.py",
    "outbox/inbound/stream.py",
    "outbox/inbound/words.py",
    "outbox/letters.py",
    "outbox/message_ids.py",
    "outbox/mime.py",
    "outbox/numbers.py",
    "outbox/providers.py",
    "outbox/replies.py",
    "outbox/retrying.py",
    "outbox/texting/leaving.py",
    "outbox/texting/words.py",
    "outbox/ticking.py",
    "spreekuur/safety.py",
    "talks/after.py",
    "talks/questions.py",
]
DOORS = {"views", "api", "forms", "admin"}
WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create"}
ROOT_FILES = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Makefile",
    "README.md",
    "docs",
    "locale",
    "manage.py",
    "pyproject.toml",
    "requirements-test.lock",
    "requirements.lock",
    "templates",
    "tests",
    *FLOORS,
}


def sources():
    return sorted(path for room in FLOORS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def imports_of(path):
    """(line, imported module) of every import in the file, wherever it stands."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def name_of(path):
    return str(path.relative_to(ROOT))


def may_import(room, other):
    return room == other or FLOORS[other] < FLOORS[room] or (room, other) == ("outbox", "organisation")


def test_imports_point_down_the_floors():
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for path in sources()
        for line, module in imports_of(path)
        if (other := module.partition(".")[0]) in FLOORS and not may_import(path.relative_to(ROOT).parts[0], other)
    ]

    assert wrong == []


def test_imports_stand_at_the_top():
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_no_models(name):
    wrong = [
        f"{name}:{line} imports {module}"
        for line, module in imports_of(ROOT / name)
        if ".models" in module or module.startswith("django.db")
    ]

    assert wrong == []


def door_files():
    return [path for path in sources() if path.stem in DOORS or DOORS & set(path.relative_to(ROOT).parts[:-1])]


@pytest.mark.parametrize("path", door_files(), ids=name_of)
def test_doors_do_not_write(path):
    """A door calls a service; only `objects`, querysets and instances have these words."""
    wrong = [
        f"{name_of(path)}:{node.lineno} .{node.func.attr}()"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not is_harmless(node.func)
    ]

    assert wrong == []


def is_harmless(call):
    """`update` of a dict, and calls of services that happen to be named like a write."""
    owner = ast.unparse(call.value)
    return owner in {"services", "context", "data", "words", "values", "attrs", "cache"} or owner.endswith(
        (".attrs", ".initial")
    )


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "signals"])
def test_no_room_without_a_name(word):
    assert [name_of(path) for path in sources() if path.stem == word] == []


def test_top_level_holds_nothing_else():
    here = {path.name for path in ROOT.iterdir() if not path.name.startswith((".git", ".venv", ".mypy", ".ruff"))}
    ignored = {"var", "staticfiles", "node_modules", "__pycache__", ".pytest_cache", ".hypothesis"}

    assert here - ignored - ROOT_FILES == set()


def test_sources_stay_short():
    """style.md, rule 11: a function ends at 40 lines, a file at 400, a template at 120."""
    long = [f"{name_of(path)} {lines}" for path in sources() if (lines := len(path.read_text().splitlines())) > 400]
    long += [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 40
    ]
    long += [name_of(path) for path in (ROOT / "templates").rglob("*.html") if len(path.read_text().splitlines()) > 120]

    assert long == []
