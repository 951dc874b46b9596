"""The page on which an advisor reschedules a booking."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking
from organisation.models import Role
from outbox.models import Message
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db
OLD, NEW = "2026-11-24T09:30Z", "2026-11-25T09:00Z"


@pytest.fixture
def booking(client):
    """Booking of the advisor who is signed in."""
    make_policy()
    booking = make_booking()
    with time_machine.travel(NOW, tick=False):
        client.force_login(booking.advisor.user)
        client.cookies["django_language"] = "en"
        yield booking


def address(booking):
    return reverse("talks:move", args=[booking.pk])


def words_of(answer):
    return " ".join(answer.content.decode().split())


def sent(client, booking, **fields):
    return client.post(address(booking), {"slot": NEW, "seen": OLD, "remark": ""} | fields)


def test_the_page_shows_the_advisors_free_slots(client, booking):
    make_booking(advisor=booking.advisor, starts_at=WEDNESDAY_TEN + timedelta(minutes=30))
    make_advisor()

    page = words_of(client.get(address(booking)))

    assert f'value="{NEW}"' in page
    assert f'<input type="hidden" name="seen" value="{OLD}">' in page
    assert 'name="slot" value="2026-11-25T09:30Z"' not in page.replace(" type=radio", "")
    assert page.count(f'value="{OLD}"') == 1


def test_rescheduling_tells_the_candidate_and_redirects_to_the_file(client, booking):
    answer = sent(client, booking, remark="Mijn trein staat stil.")

    assert answer.headers["Location"] == reverse("talks:file", args=[booking.pk])
    assert Booking.objects.get().starts_at == WEDNESDAY_TEN
    assert "Mijn trein staat stil." in Message.objects.get(kind="moved").text


def test_a_slot_that_was_taken_meanwhile_keeps_the_remark(client, booking):
    make_booking(advisor=booking.advisor, starts_at=WEDNESDAY_TEN)

    answer = sent(client, booking, remark="Mijn trein staat stil.")

    page = words_of(answer)
    assert answer.status_code == 409
    assert "This moment is no longer free." in page
    assert "Mijn trein staat stil." in page
    assert Booking.objects.filter(starts_at=TUESDAY_HALF_PAST_TEN).count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"slot": ""}, "Choose a moment first."),
        ({"slot": "morgen"}, "We do not know this moment."),
        ({"remark": "x" * 601}, "at most 600 characters"),
    ],
)
def test_missing_fields_are_asked_for(client, booking, fields, says):
    answer = sent(client, booking, **fields)

    assert answer.status_code == 400
    assert says in words_of(answer)


def test_a_booking_that_the_candidate_moved_meanwhile_is_unchanged(client, booking):
    answer = sent(client, booking, seen="2026-11-24T10:00Z")

    assert answer.status_code == 302
    assert "changed in the meantime" in words_of(client.get(answer.headers["Location"]))
    assert Booking.objects.get().starts_at == TUESDAY_HALF_PAST_TEN


def test_without_free_slots_the_page_says_what_to_do(client, booking):
    booking.advisor.openings.all().delete()

    assert "You have no other free moment" in words_of(client.get(address(booking)))


@pytest.mark.parametrize("since", ["2026-12-01", "morgen", "20261-01-01"])
def test_later_days_are_one_click_away(client, booking, since):
    answer = client.get(f"{address(booking)}?since={since}")

    assert answer.status_code == 200
    assert (f'value="{NEW}"' in words_of(answer)) is (since != "2026-12-01")


def test_a_booking_that_is_over_redirects_to_its_file(client, booking):
    Booking.objects.update(status="completed")

    assert client.get(address(booking)).headers["Location"] == reverse("talks:file", args=[booking.pk])


def test_a_booking_of_a_colleague_is_not_found(client, booking):
    client.force_login(make_advisor().user)

    assert (client.get(address(booking)).status_code, sent(client, booking).status_code) == (404, 404)


def test_an_advisor_who_gave_the_rejection_cannot_reschedule(client, booking):
    both = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    rejection = make_rejection(vacancy=make_vacancy(recruiter=both.user))
    theirs = make_booking(advisor=both, invitation=make_invitation(rejection=rejection))
    client.force_login(both.user)

    assert (client.get(address(theirs)).status_code, sent(client, theirs).status_code) == (404, 404)


def test_the_page_needs_the_same_statements_for_one_booking_and_for_five(client, booking):
    with_one = statements_of(client, booking)
    for number in range(4):
        make_booking(advisor=booking.advisor, starts_at=WEDNESDAY_TEN + timedelta(minutes=30 * number))

    assert statements_of(client, booking) == with_one


def statements_of(client, booking):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address(booking)).status_code == 200
    return len(captured)
