from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Booking
from candidates.links import token_of
from tests.factories import (
    NOW,
    make_advisor,
    make_invitation,
    make_policy,
)

pytestmark = pytest.mark.django_db
AT_TEN = "2026-11-24T09:00Z"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def sign_in(client, candidate, *, language="en"):
    client.get(reverse("candidates:open_link", args=[token_of(candidate.link.key, candidate.link.version), ""]))
    client.cookies["django_language"] = language
    return client


def invited(client, **fields):
    """An invitation of somebody who just opened the link."""
    make_policy()
    invitation = make_invitation(**fields)
    sign_in(client, invitation.candidate)
    return invitation


def wish(slot=AT_TEN, *, advisor=None, channel="phone", **fields):
    typed = {"slot": slot, "channel": channel, "language": "nl", "phone": "+31600000001"}
    return typed | {"advisor": advisor.pk if advisor else ""} | fields


def page(name, thing, **query):
    return reverse(f"bookings:{name}", args=[thing.pk]) + (
        "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
    )


def test_book_page_tells_strength_before_reason_and_the_first_free_moment(client):
    invitation = invited(client)
    make_advisor()

    html = client.get(page("book", invitation)).content.decode()

    assert html.index("Rustig werken onder druk") < html.index("Voor mensen mist nog een certificaat")
    assert "Tuesday 24 November at 10:00, with Youssef Benali" in html
    assert 'value="2026-11-24T09:00Z"' in html


def test_details_books_and_shows_the_appointment(client):
    invitation = invited(client)
    advisor = make_advisor()

    answer = client.post(page("details", invitation), wish(AT_TEN, question="Wat telt?"), follow=True)

    booking = Booking.objects.get()
    assert (booking.starts_at, booking.advisor, booking.phone, booking.question) == (
        datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        advisor,
        "+31600000001",
        "Wat telt?",
    )
    assert answer.redirect_chain == [(page("appointment", booking), 302)]
    assert "Tuesday 24 November at 10:00" in answer.content.decode()
