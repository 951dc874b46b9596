"""The slot picker."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from organisation.models import Role
from tests.bookings.visits import booked, invited, url, words
from tests.factories import (
    NOW,
    make_advisor,
    make_opening,
    make_rejection,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def test_book_shows_strengths_before_the_reason_and_offers_the_first_free_slot(client):
    invitation = invited(client)
    make_advisor()

    page = words(client.get(url("book", invitation)))

    assert page.index("Rustig werken onder druk") < page.index("Voor mensen mist nog een certificaat")
    assert "Tuesday 24 November at 10:00, with Youssef Benali" in page
    assert page.index('value="2026-11-24T09:00Z"') < page.index('value="2026-12-07T08:00Z"')
    assert "Tuesday 8 December" not in page


@pytest.mark.parametrize(
    ("lengths", "minutes"),
    [((None, None), "20"), ((None, 15), "15 to 20"), ((30, 15), "15 to 30"), ((30, 30), "30"), ((), "20")],
)
def test_book_shows_the_durations_of_all_advisors(client, lengths, minutes):
    invitation = invited(client)
    for length in lengths:
        make_advisor(session_minutes=length)
    make_advisor(session_minutes=60, is_active=False)

    page = words(client.get(url("book", invitation)))

    assert f"It takes {minutes} minutes and costs nothing." in page


def test_book_formats_times_in_dutch(client):
    invitation = invited(client)
    make_advisor()
    client.cookies["django_language"] = "nl"

    page = words(client.get(url("book", invitation)))

    assert "Dinsdag 24 november" in page
    assert ">10.00</label>" in page


def test_book_shows_later_days_on_request(client):
    invitation = invited(client)
    make_advisor()

    page = words(client.get(url("book", invitation), {"since": "2026-12-08"}))

    assert "Tuesday 8 December" in page
    assert "Tuesday 24 November" not in page
    assert "Back to the first days" in page


def test_book_offers_only_channels_that_somebody_has(client):
    invitation = invited(client)
    advisor = make_advisor()
    advisor.openings.update(channels=["video"])

    page = words(client.get(url("book", invitation), {"channel": "phone"}))

    assert 'value="video" checked' in page
    assert 'value="phone"' not in page


def test_book_suggests_other_channels_when_the_chosen_one_has_no_slots(client):
    invitation = invited(client)
    make_advisor(name="Youssef Benali")
    visiting = make_advisor(name="Marit de Wit")
    visiting.openings.update(channels=["onsite"])

    page = words(client.get(url("book", invitation), {"channel": "phone", "advisor": visiting.pk}))

    assert "Nothing is free this way right now" in page
    assert "Phone call with another advisor, from Tuesday 24 November" in page
    assert url("details", invitation) not in page  # no link to the confirmation


def test_book_names_no_advisor_beforehand_when_there_are_several(client):
    invitation = invited(client)
    first, _second = make_advisor(name="Marit de Wit"), make_advisor(name="Youssef Benali", hours=False)
    make_opening(advisor=_second, weekday=3)
    chosen = {"slot": "2026-11-24T09:00Z", "channel": "phone", "language": "nl", "advisor": ""}

    anybody = words(client.get(url("book", invitation)))
    by_name = words(client.get(url("book", invitation), {"advisor": first.pk}))
    confirm = words(client.get(url("details", invitation), chosen))

    assert "with Marit de Wit" not in anybody
    assert "Tuesday 24 November at 10:00, with Marit de Wit" in by_name
    assert "You get the name when you confirm." in confirm


def test_book_names_the_only_advisor_on_both_pages(client):
    invitation = invited(client)
    make_advisor(name="Marit de Wit")
    make_advisor(hours=False)
    chosen = {"slot": "2026-11-24T09:00Z", "channel": "phone", "language": "nl", "advisor": ""}

    pages = client.get(url("book", invitation)), client.get(url("details", invitation), chosen)

    assert ["Marit de Wit" in words(page) for page in pages] == [True, True]


def test_book_without_advisors_names_the_phone_number(client):
    invitation = invited(client)

    page = words(client.get(url("book", invitation)))

    assert "There are no free moments right now" in page
    assert "06 00000900" in page


def test_book_leaves_out_the_recruiter_who_gave_the_rejection(client):
    recruiter = make_user(Role.RECRUITER, Role.ADVISOR, name="Robin Smit")
    invitation = invited(client, rejection=make_rejection(recruiter=recruiter))
    make_advisor(user=recruiter)

    page = words(client.get(url("book", invitation)))

    assert "There are no free moments right now" in page


@pytest.mark.parametrize(
    "query",
    [
        {"channel": "pigeon", "advisor": "me", "language": "xx", "since": "never"},
        {"advisor": "99999999999999999999"},
        {"since": "9999-12-31"},
    ],
)
def test_book_ignores_invalid_choices(client, query):
    invitation = invited(client)
    make_advisor()

    answer = client.get(url("book", invitation), query)

    assert answer.status_code == 200


def test_book_redirects_to_the_booked_appointment(client):
    booking = booked(client)

    answer = client.get(url("book", booking.invitation))

    assert (answer.status_code, answer.url) == (302, url("appointment", booking))


def test_book_has_a_page_for_an_invitation_that_ended(client):
    invitation = invited(client, open_until=date(2026, 11, 22))

    page = words(client.get(url("book", invitation)))

    assert "This invitation has ended" in page
    assert "You could choose a moment until Sunday 22 November." in page


def test_book_asks_the_database_as_often_with_twenty_advisors_and_500_bookings(client):
    invitation = invited(client)
    make_advisor()
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url("book", invitation))
    advisors = [make_advisor() for _ in range(19)]
    for number in range(500):
        starts_at = NOW - timedelta(days=100) + timedelta(hours=number)
        Booking.objects.create(
            invitation=invitation,
            advisor=advisors[number % 19],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=20),
            channel="video",
            language="nl",
            status="cancelled",
            booked_at=NOW,
            cancelled_at=NOW,
            cancelled_by="candidate",
        )

    with CaptureQueriesContext(connection) as many:
        client.get(url("book", invitation))

    assert len(many) == len(few)
    assert len(few) <= 18
