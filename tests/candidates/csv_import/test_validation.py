from datetime import date

import pytest

from candidates.csv_import.parser import CsvLine
from candidates.csv_import.validation import LineError, line_errors, parse_line

TODAY = date(2026, 11, 23)
CELLS = {
    "candidate_id": "8812",
    "first_name": "Sevda",
    "last_name": "Aydin",
    "email": "sevda@kandidaat.example",
    "vacancy_id": "371",
    "stage": "1e gesprek",
}


def line(number=2, **cells):
    return CsvLine(number, CELLS | cells, (21, 21))


def errors(**cells):
    return [(error.column, error.message) for error in line_errors(line(**cells), today=TODAY, demo=True)]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"first_name": 'Jo"ão 🙂'},
        {"last_name": "آيدين"},
        {"last_name": "x" * 200},
        {"first_name": "Anne\r\nBcc: x@y.example"},
        {"phone": "+31 6 00000001"},
        {"phone": "06-12345678"},
        {"applied_on": "2026-11-20"},
        {"applied_on": "20-11-2026"},
        {"told_on": "2026-11-23"},
        {"stage": "Briefselectie"},
        {"stage": "FIRST INTERVIEW"},
        {"told_by": "telefonisch"},
        {"explanation": "- eerste punt\n- tweede punt"},
        {"reason_code": "iets van ons ATS"},
    ],
)
def test_a_valid_line_has_no_errors(cells):
    assert errors(**cells) == []


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"candidate_id": " "}, "candidate_id", "empty"),
        ({"email": ""}, "email", "empty"),
        ({"first_name": "\u202e", "last_name": "."}, "first_name", "first name or a last name"),
        ({"email": "sevda at example"}, "email", "not an e-mail address"),
        ({"recruiter_email": "tienstra"}, "recruiter_email", "not an e-mail address"),
        ({"first_name": "=HYPERLINK(1)"}, "first_name", "starts with ="),
        ({"last_name": "@SUM(1)"}, "last_name", "starts with @"),
        ({"last_name": "+1"}, "last_name", "starts with +"),
        ({"explanation": "\t=1+1"}, "explanation", "starts with ="),
        ({"last_name": "x" * 201}, "last_name", "201 characters, at most 200"),
        ({"explanation": "x" * 2001}, "explanation", "2001 characters"),
        ({"phone": "12"}, "phone", "phone number"),
        ({"applied_on": "20/11/2026"}, "applied_on", "not a date"),
        ({"applied_on": "2026-02-30"}, "applied_on", "not a date"),
        ({"applied_on": "0206-02-03"}, "applied_on", "not a date"),
        ({"told_on": "2026-11-24"}, "told_on", "future"),
        ({"stage": "derde gesprek"}, "stage", "letter, phone_screen"),
        ({"told_by": "postduif"}, "told_by", "in_person"),
        ({"language": "fr"}, "language", "nl, en"),
    ],
)
def test_an_error_has_its_column_and_message(cells, column, words, english):
    [(named, sentence)] = errors(**cells)

    assert named == column
    assert words in sentence


def test_a_broken_line_says_how_many_columns_it_has(english):
    broken = CsvLine(7, {}, (3, 21))

    assert line_errors(broken, today=TODAY, demo=True) == [
        LineError(7, "", "This line has 3 columns, the header has 21. Perhaps a quotation mark is not closed.")
    ]


def test_values_are_cleaned():
    cells = {
        "first_name": " Anne\r\nMarie ",
        "told_by": "Telefonisch",
        "told_on": "20-11-2026",
        "explanation": "a\r\nb ",
    }

    values = parse_line(line(**cells), demo=True, default_language="en")

    assert values.texts["first_name"] == "Anne Marie"
    assert (values.texts["stage"], values.texts["told_by"], values.texts["language"]) == ("interview_1", "phone", "en")
    assert values.texts["explanation"] == "a\nb"
    assert values.dates == {"applied_on": None, "rejected_on": None, "told_on": date(2026, 11, 20)}
