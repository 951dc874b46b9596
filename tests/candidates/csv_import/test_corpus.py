"""CSV files of tests/corpus/csv, read as its README says; needs no database."""

import json
from datetime import date
from pathlib import Path

import pytest

from candidates.csv_import.parser import parse_csv
from candidates.csv_import.validation import line_errors, parse_line
from candidates.errors import FileUnreadable

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "csv"
EXPECTED = json.loads((CORPUS / "expected.json").read_text())
PLAIN = {
    "candidate_id": "K7",
    "first_name": "Noé",
    "infix": "de",
    "last_name": "Wit",
    "email": "noe@voorbeeld.example",
    "phone": "+31612345678",
    "vacancy_id": "V3",
    "stage": "letter",
    "applied_on": "2026-10-01",
    "rejected_on": "2026-10-20",
    "told_on": "2026-10-21",
    "told_by": "phone",
    "explanation": "Een ander kende het vak al.",
    "strength_1": "Luistert goed",
}
TODAY = date(2026, 11, 23)


def test_the_corpus_is_complete():
    assert sorted(path.stem for path in CORPUS.glob("*.csv")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_gives_what_it_must(name, english):
    expected = dict(EXPECTED[name])

    assert result_of((CORPUS / f"{name}.csv").read_bytes()) == in_full(expected)


def in_full(expected):
    """The differences from the plain file, filled up with its values."""
    if "unreadable" in expected:
        return expected
    encoding = expected.pop("encoding", "utf-8")
    if "wrong" in expected:
        return {"encoding": encoding, "others": 0, **expected}
    return {"encoding": encoding, **PLAIN, **expected}


def result_of(content):
    try:
        table = parse_csv(content)
    except FileUnreadable as refusal:
        return {"unreadable": next(words for words in ("Excel", "letters with accents") if words in str(refusal))}
    line, *others = table.lines
    result = {"encoding": table.encoding}
    if errors := line_errors(line, today=TODAY, demo=False):
        return result | {"wrong": [error.column for error in errors], "others": len(others)}
    values = parse_line(line, demo=False, default_language="nl")
    days = {column: day.isoformat() for column, day in values.dates.items() if day}
    return result | {column: days.get(column, values.texts[column]) for column in PLAIN}
