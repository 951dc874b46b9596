"""Access to candidate pages: of others, without a session, and by short code."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Booking
from bookings.short_codes import code_digest, code_for_booking
from candidates.models import Consent
from organisation.models import AuditEvent
from outbox.models import Message
from tests.bookings.visits import booked, come_in, sent, url, words
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = pytest.mark.django_db
DOORS = ["appointment", "move", "move_details", "cancel", "prepare", "calendar"]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def rows():
    """Everything that a read may never change."""
    return [list(model.objects.values()) for model in (Booking, Message, AuditEvent, Consent)]


@pytest.mark.parametrize("name", DOORS)
def test_appointment_of_another_candidate_is_not_found(client, name):
    make_policy()
    booking = make_booking()
    come_in(client, make_candidate())

    assert client.get(url(name, booking)).status_code == 404


@pytest.mark.parametrize("name", ["book", "details"])
def test_invitation_of_another_candidate_is_not_found(client, name):
    make_policy()
    invitation = make_invitation()
    come_in(client, make_candidate())

    assert client.get(url(name, invitation)).status_code == 404
    assert client.post(url("details", invitation), sent()).status_code == 404


@pytest.mark.parametrize("name", DOORS)
def test_appointment_without_a_session_leads_to_a_new_link(client, name):
    booking = make_booking()

    assert client.get(url(name, booking)).url == reverse("candidates:link_ended")


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_changes_nothing(client, method):
    booking = booked(client, advisor=make_advisor())
    other = make_invitation(rejection=make_rejection(candidate=booking.candidate))
    before = rows()

    for name in DOORS:
        getattr(client, method)(url(name, booking), sent())
    for name in ("book", "details"):
        getattr(client, method)(url(name, other), sent())

    assert rows() == before


# The short code of a text


def coded(**fields):
    make_policy()
    booking = make_booking(**fields)
    booking.code_digest = code_digest(code_for_booking(booking.uid))
    booking.save()
    return booking, reverse("bookings:short", args=[code_for_booking(booking.uid)])


def test_short_code_opens_its_own_appointment_only(client):
    booking, address = coded(advisor=make_advisor())
    other = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=booking.candidate)))

    page = words(client.get(address.lower(), follow=True))

    ended = reverse("candidates:link_ended")
    assert "Bereid je gesprek voor" not in page
    assert url("prepare", booking) not in page
    assert client.get(url("move", booking)).status_code == 200
    assert client.get(url("cancel", booking)).status_code == 200
    assert client.get(url("appointment", other)).url == ended
    assert client.get(url("prepare", booking)).url == ended
    assert client.get(reverse("bookings:home")).url == ended


@pytest.mark.parametrize("minutes", [20, 60 * 24])
def test_short_code_expires_when_the_booking_ends(client, minutes):
    booking, address = coded(starts_at=NOW - timedelta(minutes=minutes))

    answer = client.get(address)

    assert answer.status_code == 404
    assert reverse("candidates:new_link") in words(answer)
    assert booking.status == "booked"


def test_short_session_expires_when_the_booking_ends(client):
    booking, address = coded(advisor=make_advisor(), starts_at=NOW + timedelta(minutes=30))
    client.get(address)

    with time_machine.travel(NOW + timedelta(minutes=51), tick=False):
        answers = [client.get(url(name, booking)).status_code for name in ("appointment", "move")]

    assert answers[0] == 404
    assert answers[1] == 302


def test_short_code_keeps_a_full_session(client):
    booking, address = coded()
    come_in(client, booking.candidate)

    client.get(address)

    assert client.get(reverse("bookings:home")).status_code == 200


def test_short_code_attempts_are_limited(client):
    make_policy()

    answers = {client.get(reverse("bookings:short", args=["AAAAAAAAAA"])).status_code for _ in range(31)}

    assert answers == {404, 429}
