"""`.env.example` lists every environment variable, each with a comment."""

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ_BY_SETTINGS = re.compile(r'\benv\.\w+\(\s*"([A-Z_]+)"')
VARIABLE = re.compile(r"#?([A-Z_]+)=")
READERS = ["spreekuur/settings.py", "spreekuur/gunicorn_conf.py", "Makefile", ".ci/with-postgres", ".ci/test-packages"]


def example_lines():
    return (ROOT / ".env.example").read_text().splitlines()


def listed():
    return [found[1] for line in example_lines() if (found := VARIABLE.match(line))]


def test_every_variable_of_the_settings_is_listed():
    read = READ_BY_SETTINGS.findall((ROOT / "spreekuur/settings.py").read_text())

    assert sorted(set(read) - set(listed())) == []


def test_every_listed_variable_is_read_somewhere():
    sources = "\n".join((ROOT / name).read_text() for name in READERS)

    assert [name for name in listed() if not re.search(rf"\b{name}\b", sources)] == []


def test_no_variable_is_listed_twice():
    assert sorted(listed()) == sorted(set(listed()))


def test_every_listed_variable_has_a_comment():
    bare = [line for above, line in pairwise(example_lines()) if VARIABLE.match(line) and not above.startswith("# ")]

    assert bare == []
