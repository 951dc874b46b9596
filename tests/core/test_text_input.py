"""Normalisation of text from outside; needs no database."""

import sys
import unicodedata

import pytest

from core.text_input import normalise, normalise_code

VISIBLE = {*"\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2", "\U000110bd", "\U000110cd"}
JOINERS = {"\u200c", "\u200d"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoe\u0308", "Zoë"),
        ("\u200fמיכל", "מיכל"),
        ("06\u00a012\u202f34", "06 12 34"),
        ("Eva\u200b\ufeff\u00ad\u2060", "Eva"),
        ("E\u200dva\u200d", "Eva"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("نور 👩\u200d🔬", "نور 👩\u200d🔬"),
        ("een\n\ttwee\r\n", "een\n\ttwee\r\n"),
        ("\u3164\u2800", "  "),
        ("06\u201312345678", "06\u201312345678"),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u200ejan@voorbeeld.nl\u202c ", "jan@voorbeeld.nl"),
        ("06\u201312\u221234", "06-12-34"),
        ("K\u200d1\ufe0f", "K1"),
    ],
)
def test_normalise_code(text, expected):
    assert normalise_code(text) == expected


def test_every_invisible_format_character_is_removed_and_every_space_becomes_plain():
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    formats = [one for one in characters if unicodedata.category(one) == "Cf" and one not in VISIBLE | JOINERS]
    spaces = [one for one in characters if unicodedata.category(one) == "Zs"]

    assert [hex(ord(one)) for one in formats if normalise(f"é{one}a") != "éa"] == []
    assert [hex(ord(one)) for one in spaces if normalise(f"é{one}a") != "é a"] == []


def test_what_was_normalised_stays_as_it_is():
    texts = ["Zoe\u0308\u200b", "\u200fמיכל", "a\u0323\u0307", "می\u200cخواهم\u200c"]

    assert [normalise(normalise(text)) for text in texts] == [normalise(text) for text in texts]
