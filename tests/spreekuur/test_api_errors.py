"""Errors of the API: always problem details, whatever the body, the path or the moment."""

import json

import pytest
import time_machine
from django.db import connection
from rest_framework.test import APIClient

from candidates.models import Application
from core.actors import SYSTEM
from core.tokens import digest_of
from organisation.models import ApiClient
from spreekuur.privacy import erase_candidate
from tests.bookings.visits import invited, sent, url
from tests.factories import NOW, make_advisor, make_invitation, make_policy

pytestmark = pytest.mark.django_db
REJECTIONS = "/api/v1/rejections"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def api_client():
    make_policy()
    ApiClient.objects.create(name="ATS", source="ats", token_digest=digest_of("key"))
    return APIClient(raise_request_exception=False, headers={"Authorization": "Bearer key", "Accept-Language": "en"})


def problem(answer):
    """Status and code; the body must be problem details."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 200_000, "parse_error"),
        (b'{"candidate":' * 100_000, "parse_error"),
        (b"[" * 900 + b"]" * 900, "parse_error"),
        (b'{"application": {"stage": ' + b"[" * 300 + b"]" * 300 + b"}}", "parse_error"),
        (b'{"source": "\\ud800"}', "parse_error"),
        (b'{"source": "\xff"}', "parse_error"),
        (b'{"source": ' + b"9" * 5000 + b"}", "parse_error"),
        (b'{"source": NaN}', "parse_error"),
        (b"", "invalid"),
        (b"[]", "invalid"),
        (b"null", "invalid"),
        (b'"text"', "invalid"),
        (b'{"occurred_at": 1e400}', "parse_error"),
        (b'{"candidate": {"external_id": "a\\u0000b"}, "application": {"stage": {"a": []}}}', "invalid"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_no_body_breaks_the_api(api_client, body, code):
    answer = api_client.generic("POST", REJECTIONS, body, content_type="application/json")

    assert problem(answer) == (400, code)


def test_an_empty_strength_is_named_by_its_position(api_client):
    answer = api_client.post(REJECTIONS, {"rejection": {"strengths": ["", "Rustig"]}}, format="json")

    assert problem(answer) == (400, "invalid")
    assert answer.json()["errors"]["rejection"]["strengths"] == {"0": ["This field may not be blank."]}


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"])
def test_a_moment_at_the_end_of_time_is_refused(api_client, moment):
    answer = api_client.post(REJECTIONS, report(occurred_at=moment), format="json")

    assert problem(answer)[0] == 400


def report(**fields):
    return {
        "source": "ats",
        "external_id": "1",
        "occurred_at": "2026-11-20T10:00:00Z",
        "candidate": {"external_id": "c1", "first_name": "Noor", "last_name": "Bos", "email": "noor@example.nl"},
        "vacancy": {"external_id": "v1"},
        "application": {"stage": "interview"},
        "rejection": {},
    } | fields


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/v1/invitations/7", 404),
        ("GET", "/api/v1/rejections/7", 404),
        ("GET", REJECTIONS, 405),
        ("POST", "/api/v1/openapi.json", 405),
        ("GET", "/api/v1/invitations?cursor=" + "9" * 20, 404),
        ("GET", "/api/v1/invitations?cursor=cD14", 404),  # p=x
        ("GET", "/api/v1/invitations?cursor=%00", 400),
        ("GET", "/api/v1/invitations?format=xml", 404),
    ],
)
def test_every_error_is_problem_details(api_client, method, path, status):
    assert problem(api_client.generic(method, path))[0] == status


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_is_not_json_is_refused(api_client, content_type):
    assert problem(api_client.generic("POST", REJECTIONS, b"a=1", content_type=content_type))[0] == 415


@pytest.mark.parametrize("topic", ["a\x00b", "\ufffd", "x" * 5000, 9**30, ["a"], {"a": 1}, None])
def test_no_topic_breaks_a_booking(api_client, topic):
    invitation = reported()
    body = {"starts_at": "2026-11-24T09:30Z", "channel": "phone", "phone": "06 00000001", "topics": [topic]}

    answer = api_client.post(f"/api/v1/invitations/{invitation.key}/booking", body, format="json")

    assert problem(answer)[0] == 400


def test_booking_while_the_candidate_is_erased_is_not_found(api_client):
    invitation = reported()
    body = {"starts_at": "2026-11-24T09:30Z", "channel": "phone", "phone": "06 00000001"}

    with connection.execute_wrapper(ErasesAtTheFirstSavepoint(invitation.candidate)):
        answer = api_client.post(f"/api/v1/invitations/{invitation.key}/booking", body, format="json")

    assert problem(answer) == (404, "not_found")


def test_a_page_of_a_candidate_who_is_erased_is_not_found(client):
    make_advisor()
    invitation = invited(client)

    with connection.execute_wrapper(ErasesAtTheFirstSavepoint(invitation.candidate)):
        answer = client.post(url("details", invitation), sent())

    assert answer.status_code == 404


def reported():
    """Invitation for a rejection that the client reported, and an advisor."""
    make_advisor()
    invitation = make_invitation()
    Application.objects.filter(pk=invitation.application_id).update(source="ats", external_id="a-1")
    return invitation


class ErasesAtTheFirstSavepoint:
    """Erase the candidate between reading the invitation and locking it, as a worker may."""

    def __init__(self, candidate):
        self.candidate, self.is_done = candidate, False

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT") and not self.is_done:
            self.is_done = True
            erase_candidate(self.candidate, actor=SYSTEM, now=NOW)
        return execute(sql, params, many, context)
