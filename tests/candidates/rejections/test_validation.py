"""Rules for the fields of a rejection, apart and as every channel applies them."""

import csv
import io
from datetime import date, timedelta

import pytest

from candidates.csv_import.parser import parse_csv
from candidates.csv_import.validation import line_errors, parse_line
from candidates.models import Candidate
from candidates.rejections.api import RejectionBody
from candidates.rejections.forms import RejectionForm
from candidates.rejections.matching import DETAILS, update_details
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
        ({"last_name": "", "phone": "12"}, [("phone", "phone_unclear"), ("last_name", "required")]),
        ({"first_name": ".", "last_name": "\u200b-"}, [("first_name", "required")]),
        ({"first_name": "Sukarno", "last_name": ""}, []),
        ({"first_name": ".", "last_name": "Sukarno"}, []),
        ({"email": "jan@[192.168.0.1]"}, [("email", "invalid_email")]),
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
        ("first_name", "x" * 201),
        ("infix", "x" * 41),
        ("last_name", "x" * 201),
        ("email", "geen adres"),
        ("email", "jan@i❤️.example"),
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


@pytest.mark.django_db
@pytest.mark.parametrize("names", [{"first_name": "", "last_name": ""}, {"first_name": ".", "last_name": "\u202e"}])
def test_form_csv_and_api_refuse_somebody_without_a_name(names):
    sent = PERSON | names

    assert (form_errors(sent), csv_errors(sent), api_errors(sent)) == (["first_name"], ["first_name"], ["first_name"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("email", "eva@voorbeeld.example\u200b", "eva@voorbeeld.example"),
        ("email", "\u200ejan@voorbeeld.example\u202c", "jan@voorbeeld.example"),
        ("email", "jan@voor\u00adbeeld.example\u00a0", "jan@voorbeeld.example"),
        ("email", "anna@Bu\u0308cher.example", "anna@bücher.example"),
        ("phone", "\u202a+31612345678\u202c", "+31612345678"),
        ("phone", "06\u00a012\u00a034\u00a056\u00a078", "+31612345678"),
        ("first_name", "Zoe\u0308\u200b", "Zoë"),
        ("first_name", "\u200fמיכל", "מיכל"),
        ("last_name", ".", ""),
        ("explanation", "Eerste\u00a0regel\u200b\n\ntweede", "Eerste regel\n\ntweede"),
    ],
)
def test_form_csv_and_api_store_the_same_normalised_value(field, typed, stored):
    sent = PERSON | {field: typed}

    assert (form_value(sent, field), csv_value(sent, field), api_value(sent, field)) == (stored, stored, stored)


def form_errors(values):
    return list(form_of(values).errors)


def form_of(values):
    vacancy = make_vacancy(recruiter=make_user(Role.RECRUITER))
    data = {"vacancy": vacancy.pk, "stage": "interview_1", "language": "nl", "rejected_by": "organisation"} | values
    return RejectionForm(data, recruiter=vacancy.recruiter)


def form_value(values, field):
    form = form_of(values)
    assert form.is_valid()
    draft = form.draft(recruiter_id=1)
    return draft.explanation if field == "explanation" else stored_person(draft)[field]


def stored_person(draft):
    candidate = Candidate()
    candidate.email = draft.person.email
    update_details(candidate, draft.person)
    return {name: str(getattr(candidate, name)) for name in DETAILS}


def line_of(values):
    cells = {"candidate_id": "8812", "vacancy_id": "371", "stage": "interview_1"} | values
    text = io.StringIO()
    csv.writer(text).writerows([cells.keys(), cells.values()])
    return parse_csv(text.getvalue().encode()).lines[0]


def csv_errors(values):
    return [error.column for error in line_errors(line_of(values), today=TODAY, demo=False)]


def csv_value(values, field):
    line = line_of(values)
    assert line_errors(line, today=TODAY, demo=False) == []
    return parse_line(line, demo=False, default_language="nl").texts[field]


def api_body(values):
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
    return body


def api_errors(values):
    """Names of the refused fields, wherever in the body they stand; the list of strengths has one."""
    body = api_body(values)
    names = [name for part in ("candidate", "rejection") for name in body.errors.get(part, {})]
    return ["strength_1" if name == "strengths" else name for name in names]


def api_value(values, field):
    body = api_body(values)
    assert not body.errors
    return body.draft().explanation if field == "explanation" else stored_person(body.draft())[field]
