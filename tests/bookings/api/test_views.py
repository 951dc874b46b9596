import re
from datetime import timedelta

import jsonschema
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from bookings.api import representations
from bookings.models import Booking
from candidates.models import Application
from core.tokens import digest_of
from organisation.models import ApiClient, AuditEvent, Role, RoleGrant
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_topic,
)

pytestmark = pytest.mark.django_db
OVERHEAD = re.compile("apiclient|cache|SAVEPOINT")  # authentication and rate limit
HALF_PAST_TEN, ON_WEDNESDAY = "2026-11-24T09:30Z", "2026-11-25T09:00Z"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def api_client():
    make_policy()
    ApiClient.objects.create(name="ATS", source="ats", token_digest=digest_of("key"))
    return APIClient(headers={"Authorization": "Bearer key", "Accept-Language": "en"})


def reported(**fields):
    """Invitation for a rejection that the client reported."""
    invitation = make_invitation(**fields)
    Application.objects.filter(pk=invitation.application_id).update(source="ats", external_id=f"a-{invitation.pk}")
    return invitation


def url(invitation, rest=""):
    return f"/api/v1/invitations/{invitation.key}{rest}"


def body_for(starts_at=HALF_PAST_TEN, **fields):
    return {"starts_at": starts_at, "channel": "phone", "phone": "06 00000001"} | fields


def schema_of(name):
    """Component of the OpenAPI schema, with the components that it refers to."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    following = schema["components"]["schemas"]["SlotList"]["properties"]["next"]
    following["type"] = [following["type"], "null"]  # `nullable` of OpenAPI 3.0 is not known to JSON Schema
    return {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}


def test_invitations_are_listed_with_their_booking(api_client):
    invitation = reported()
    make_booking(invitation=invitation)
    make_invitation()

    response = api_client.get("/api/v1/invitations")

    assert len(response.json()["results"]) == 1
    assert response.json()["results"][0]["booking"] == {
        "status": "booked",
        "starts_at": "2026-11-24T09:30Z",
        "ends_at": "2026-11-24T09:50Z",
        "advisor": Booking.objects.get().advisor_id,
        "channel": "phone",
        "language": "nl",
        "cancelled_by": None,
        "moved_count": 0,
    }


def test_invitation_lists_the_eligible_advisors(api_client):
    invitation, advisor = reported(), make_advisor()

    response = api_client.get(url(invitation))

    assert response.json()["advisors"] == [
        {
            "id": advisor.pk,
            "name": "Youssef Benali",
            "languages": ["en", "nl"],
            "channels": ["onsite", "phone", "video"],
        }
    ]


def test_slots_are_the_same_as_on_the_page(api_client):
    invitation, advisor = reported(), make_advisor()

    slots = api_client.get(url(invitation, "/slots"), {"channel": "video", "advisor": advisor.pk}).json()["slots"]

    assert slots[0] == {
        "starts_at": "2026-11-24T09:00Z",
        "ends_at": "2026-11-24T09:20Z",
        "advisor": advisor.pk,
        "channels": ["onsite", "phone", "video"],
    }
    assert slots[-1]["starts_at"] == "2026-12-21T09:00Z"


@pytest.mark.parametrize("query", [{"channel": "pigeon"}, {"language": "xx"}, {"advisor": "me"}, {"advisor": 0}])
def test_slots_refuse_invalid_parameters(api_client, query):
    response = api_client.get(url(reported(), "/slots"), query)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_slots_go_on_at_the_next_page(api_client, monkeypatch):
    invitation = reported()
    make_advisor(), make_advisor()
    every_slot = api_client.get(url(invitation, "/slots")).json()
    monkeypatch.setattr(representations, "SLOTS_ON_A_PAGE", 51)  # odd: the two advisors are free at the same times

    pages = [api_client.get(url(invitation, "/slots"), {"channel": "phone"}).json()]
    while pages[-1]["next"]:
        pages.append(api_client.get(pages[-1]["next"]).json())

    assert every_slot["next"] is None
    assert [slot for page in pages for slot in page["slots"]] == every_slot["slots"]
    assert (len(pages) > 2, {len(page["slots"]) for page in pages[:-1]}) == (True, {52})


def test_booking_is_booked_once(api_client):
    invitation, advisor, topic = reported(), make_advisor(), make_topic()
    body = body_for(advisor=advisor.pk, topics=[topic.code], question="Wat telt?")

    responses = [api_client.post(url(invitation, "/booking"), body, format="json") for _ in range(2)]

    booking = Booking.objects.get()
    assert [response.status_code for response in responses] == [201, 201]
    assert (booking.starts_at, booking.phone, booking.question) == (TUESDAY_HALF_PAST_TEN, "+31600000001", "Wat telt?")
    assert [topic.code for topic in booking.topics.all()] == ["cv"]
    assert AuditEvent.objects.get(action="booking.book").origin == "api"


def test_booking_moves_and_is_cancelled(api_client):
    invitation = reported()
    booking = make_booking(advisor=make_advisor(), invitation=invitation)

    moved = api_client.put(url(invitation, "/booking"), body_for(ON_WEDNESDAY), format="json")
    cancelled = [api_client.delete(url(invitation, "/booking")).status_code for _ in range(2)]

    booking.refresh_from_db()
    assert (moved.status_code, moved.json()["starts_at"], cancelled) == (200, ON_WEDNESDAY, [204, 204])
    assert (booking.status, booking.starts_at, booking.cancelled_by) == ("cancelled", WEDNESDAY_TEN, "candidate")
    assert api_client.get(url(invitation, "/booking")).json()["status"] == "cancelled"


def test_clients_cannot_book_the_recruiter_who_gave_the_rejection(api_client):
    invitation = reported()
    recruiter = make_advisor(user=invitation.application.rejection.recruiter)
    RoleGrant.objects.create(user=recruiter.user, role=Role.ADVISOR)
    body = body_for(advisor=recruiter.pk)

    booked = api_client.post(url(invitation, "/booking"), body, format="json")
    booking = make_booking(invitation=invitation)
    moved = api_client.put(url(invitation, "/booking"), body_for(ON_WEDNESDAY, advisor=recruiter.pk), format="json")

    listed = api_client.get(url(invitation)).json()["advisors"]
    assert [(response.status_code, response.json()["code"]) for response in (booked, moved)] == [
        (409, "slot_taken")
    ] * 2
    assert recruiter.pk not in [advisor["id"] for advisor in listed]
    assert Booking.objects.get() == booking


def test_booking_refuses_a_slot_that_is_taken_and_names_others(api_client):
    invitation, advisor = reported(), make_advisor()
    make_booking(advisor=advisor)

    response = api_client.post(url(invitation, "/booking"), body_for(), format="json")

    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (409, "application/problem+json")
    assert (problem["code"], problem["title"]) == (
        "slot_taken",
        "This moment is no longer free. Please choose another one.",
    )
    assert len(problem["alternatives"]) == 6


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"phone": ""}, "phone_needed"), ({"channel": "video", "wants_sms": True, "phone": ""}, "phone_needed")],
)
def test_booking_refuses_with_the_code_of_the_refusal(api_client, fields, code):
    invitation = reported()
    make_advisor()

    response = api_client.post(url(invitation, "/booking"), body_for(**fields), format="json")

    assert (response.status_code, response.json()["code"]) == (409, code)


def test_booking_refuses_after_the_invitation_ended(api_client):
    invitation = reported(open_until=NOW.date() - timedelta(days=1))
    make_advisor()

    response = api_client.post(url(invitation, "/booking"), body_for(), format="json")

    assert (response.status_code, response.json()["code"]) == (409, "invitation_closed")


def test_booking_refuses_after_the_booking_was_completed(api_client):
    invitation = reported()
    make_booking(invitation=invitation, status="completed")

    response = api_client.post(url(invitation, "/booking"), body_for(), format="json")

    assert (response.status_code, response.json()["code"]) == (409, "already_talked")


def test_move_after_the_limit_is_refused(api_client):
    invitation = reported()
    make_booking(advisor=make_advisor(), invitation=invitation, starts_at=NOW + timedelta(hours=2))

    response = api_client.put(url(invitation, "/booking"), body_for(ON_WEDNESDAY), format="json")

    assert (response.status_code, response.json()["code"]) == (409, "too_late_to_move")


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": "soon"},
        {"starts_at": "2026-11-24T09:30:00"},
        {"starts_at": "0001-01-01T00:00:00+23:00"},
        {"starts_at": "9999-12-31T23:59:00Z"},
        {"channel": "pigeon"},
        {"language": "xx"},
        {"advisor": "me"},
        {"advisor": 10**30},
        {"topics": ["nothing"]},
        {"phone": "112"},
        {"question": "x" * 1001},
    ],
)
def test_booking_names_the_invalid_fields(api_client, fields):
    response = api_client.post(url(reported(), "/booking"), body_for(**fields), format="json")

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert list(response.json()["errors"]) == list(fields)


@pytest.mark.parametrize("rest", ["", "/slots", "/booking"])
def test_invitation_of_another_client_is_not_found(api_client, rest):
    response = api_client.get(url(make_invitation(), rest))

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_request_without_a_token_is_refused(api_client):
    response = APIClient().get(url(reported()))

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_responses_match_the_schema(api_client):
    invitation = reported()
    make_booking(advisor=make_advisor(), invitation=invitation)

    responses = {
        "InvitationDetail": api_client.get(url(invitation)),
        "SlotList": api_client.get(url(invitation, "/slots")),
        "Booking": api_client.get(url(invitation, "/booking")),
        "SlotTaken": api_client.post(url(reported(), "/booking"), body_for(), format="json"),
    }

    for name, response in responses.items():
        jsonschema.validate(response.json(), schema_of(name))


def test_docs_load_nothing_from_other_hosts(client):
    page = client.get("/api/v1/docs/").content.decode()

    assert "://" not in page
    assert client.get("/api/v1/openapi.json").status_code == 200


def test_slots_take_as_many_statements_with_twenty_advisors_and_500_bookings(api_client):
    invitation = reported()
    make_advisor()
    api_client.get(url(invitation))  # the first request of a day stores when the client was used
    with CaptureQueriesContext(connection) as few:
        api_client.get(url(invitation, "/slots"))
    advisors = [make_advisor() for _ in range(19)]
    for number in range(500):
        starts_at = NOW - timedelta(days=100) + timedelta(hours=number)
        make_booking(advisor=advisors[number % 19], invitation=invitation, starts_at=starts_at, status="completed")

    with CaptureQueriesContext(connection) as many:
        api_client.get(url(invitation, "/slots"))

    assert len(many) == len(few)
    assert len([query for query in many if not OVERHEAD.search(query["sql"])]) == 4
