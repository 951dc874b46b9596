"""The language of the code: the field's standard terms, and docstrings that say what a thing is."""

import ast
import re
from pathlib import Path

import pytest

from tests.test_layers import name_of, sources, tree_of

ROOT = Path(__file__).resolve().parent.parent
RIDDLES = (
    "what who whose whom how of by whether where from to nothing nobody and which when that those else in at on with"
)
# Metaphors and home-made terms that stood here once, and the term that is used instead.
PRIVATE_WORDS = {
    "house": "project or installation",
    "floor": "layer, or baseline in a benchmark",
    "roof": "project",
    "door": "view or entry point",
    "doors": "views or entry points",
    "wake": "enqueue",
    "woken": "enqueued",
    "awake": "contact hours",
    "blame": "bounce cause",
    "pulse": "heartbeat",
    "standby": "fallback",
    "standbys": "fallbacks",
    "hopeless": "permanent error",
    "seal": "encrypt",
    "unseal": "decrypt",
    "wishes": "preferences",
    "wish": "request",
}


def docstrings():
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, kinds) and (text := ast.get_docstring(node)):
                yield f"{name_of(path)}:{getattr(node, 'lineno', 1)}", text


def identifiers():
    for path in sources():
        for node in ast.walk(tree_of(path)):
            name = getattr(node, "name", None) or getattr(node, "arg", None) or getattr(node, "id", None)
            if isinstance(name, str):
                yield f"{name_of(path)}:{getattr(node, 'lineno', 1)}", name


def test_no_docstring_begins_with_a_riddle():
    """The first line is an imperative or a noun phrase, not a half sentence that begins with what, who or how."""
    wrong = [f"{place} {text.splitlines()[0]}" for place, text in docstrings() if first_word(text) in RIDDLES.split()]

    assert wrong == []


def first_word(text):
    found = re.match(r"\W*([A-Za-z]+)", text)
    return found[1].lower() if found else ""


def test_identifiers_use_the_standard_terms():
    wrong = {
        f"{place} {name}: {PRIVATE_WORDS[part]}"
        for place, name in identifiers()
        for part in re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower().split("_")
        if part in PRIVATE_WORDS
    }

    assert sorted(wrong) == []


@pytest.mark.parametrize("text", ["What leaves now.", "Of each of the hours: their own.", "“How” it went."])
def test_a_riddle_is_recognised(text):
    assert first_word(text) in RIDDLES.split()


def test_no_code_names_the_default_language():
    """The default language is that of the policy, or of the settings where there is no policy."""
    pattern = re.compile(r"(\bor |default=|language(: str)? ?= ?)[\"'](nl|en)[\"']")
    wrong = [name_of(path) for path in sources() if pattern.search(path.read_text())]

    assert wrong == []
