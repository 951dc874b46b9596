"""Rules for the fields of a rejection, apart and as every channel applies them."""

from datetime import date, timedelta

import pytest

from candidates.csv_import.parser import CsvLine
from candidates.csv_import.validation import line_errors
from candidates.rejections.api import RejectionBody
from candidates.rejections.forms import RejectionForm
from candidates.rejections.validation import MAX_LENGTHS, REQUIRED, date_order_errors, field_errors
from organisation.models import Role
from tests.factories import make_user, make_vacancy

TODAY = date(2026, 11, 23)
PERSON = {"first_name": "Sevda", "last_name": "Aydin", "email": "sevda@kandidaat.example"}


def errors(**values):
    return [(error.field, error.code) for error in field_errors(values, today=TODAY, demo=False)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({**PERSON, "phone": "06-12345678", "told_on": TODAY, "decided_on": None, "infix": ""}, []),
        *[({field: " \u202e\n"}, [(field, "required")]) for field in REQUIRED],
        *[({field: "x" * (limit + 1)}, [(field, "too_long")]) for field, limit in MAX_LENGTHS.items()],
        ({"explanation": "x" * MAX_LENGTHS["explanation"]}, []),
        ({"email": "sevda at example"}, [("email", "invalid_email")]),
        ({"recruiter_email": "tienstra"}, [("recruiter_email", "invalid_email")]),
        ({"phone": "12"}, [("phone", "phone_unclear")]),
        ({"phone": ""}, []),
        ({"told_on": TODAY + timedelta(days=1)}, [("told_on", "in_future")]),
        ({"last_name": "", "phone": "12"}, [("last_name", "required"), ("phone", "phone_unclear")]),
    ],
)
def test_each_value_has_its_first_error(values, expected):
    assert errors(**values) == expected


def test_without_today_dates_may_lie_ahead():
    assert list(field_errors({"told_on": TODAY + timedelta(days=1)}, demo=False)) == []


@pytest.mark.parametrize(
    ("applied_on", "decided_on", "expected"),
    [
        (TODAY, TODAY, []),
        (TODAY, None, []),
        (None, TODAY, []),
        (TODAY, TODAY - timedelta(days=1), [("decided_on", "before_application")]),
    ],
)
def test_a_decision_is_not_before_the_application(applied_on, decided_on, expected):
    found = date_order_errors(applied_on=applied_on, decided_on=decided_on)

    assert [(error.field, error.code) for error in found] == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "\u202e"),
        ("first_name", "x" * 201),
        ("infix", "x" * 41),
        ("last_name", "x" * 201),
        ("email", "geen adres"),
        ("email", f"{'x' * 250}@kandidaat.example"),
        ("phone", "12"),
        ("explanation", "x" * 2001),
        ("strength_1", "x" * 301),
    ],
)
def test_form_csv_and_api_refuse_the_same_value(field, value):
    sent = PERSON | {field: value}

    assert (field in form_errors(sent), field in csv_errors(sent), field in api_errors(sent)) == (True, True, True)


@pytest.mark.django_db
def test_form_csv_and_api_accept_the_longest_values():
    longest = {
        "first_name": "x" * 200,
        "infix": "x" * 40,
        "last_name": "x" * 200,
        "email": "sevda@kandidaat.example",
        "phone": "+31612345678",
        "explanation": "x" * 2000,
        "strength_1": "x" * 300,
    }

    assert (form_errors(longest), csv_errors(longest), api_errors(longest)) == ([], [], [])


def form_errors(values):
    vacancy = make_vacancy(recruiter=make_user(Role.RECRUITER))
    data = {"vacancy": vacancy.pk, "stage": "interview_1", "language": "nl", "rejected_by": "organisation"} | values
    return list(RejectionForm(data, recruiter=vacancy.recruiter).errors)


def csv_errors(values):
    cells = {"candidate_id": "8812", "vacancy_id": "371", "stage": "interview_1"} | values
    return [error.column for error in line_errors(CsvLine(2, cells, (9, 9)), today=TODAY, demo=False)]


def api_errors(values):
    """Names of the refused fields, wherever in the body they stand; the list of strengths has one."""
    person = {name: value for name, value in values.items() if name not in ("explanation", "strength_1")}
    body = RejectionBody(
        data={
            "source": "recruitee",
            "external_id": "8812:371",
            "occurred_at": "2026-11-20T09:12:00+01:00",
            "candidate": {"external_id": "8812"} | person,
            "vacancy": {"external_id": "371"},
            "application": {"stage": "interview_1"},
            "rejection": {
                "explanation": values.get("explanation", ""),
                "strengths": [values["strength_1"]] if "strength_1" in values else [],
            },
        }
    )
    body.is_valid()
    names = [name for part in ("candidate", "rejection") for name in body.errors.get(part, {})]
    return ["strength_1" if name == "strengths" else name for name in names]
