"""Outcome request to the advisor: once, on the next working day, and only without a recorded outcome."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Booking
from bookings.reminders import request_outcomes
from core.actors import COMMAND
from core.message_schedule import LIMITS
from outbox.models import Message
from talks.services import mark_completed
from tests.factories import make_booking, make_policy

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BEFORE_CHRISTMAS = datetime(2026, 12, 18, 8, 0, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def booking(db):
    make_policy()
    return make_booking(starts_at=FRIDAY, booked_at=FRIDAY - DAY)


def test_outcome_is_requested_once_on_the_next_working_day(booking):
    answers = [request_outcomes(now=now) for now in (MONDAY_NINE - MINUTE, MONDAY_NINE, MONDAY_NINE + DAY)]

    letter = Message.objects.get()
    assert answers == [0, 1, 0]
    assert (letter.kind, letter.recipient) == ("advisor_outcome", booking.advisor.user.email)
    assert letter.subject == "Hoe ging het gesprek van vrijdag 20 november?"
    assert f"/talks/{booking.pk}/" in letter.text
    assert booking.candidate.first_name not in letter.text


def test_recorded_outcome_cancels_the_request(booking):
    request_outcomes(now=MONDAY_NINE)

    mark_completed(booking=booking, actor=COMMAND, now=MONDAY_NINE)
    Booking.objects.update(outcome_asked_at=None)

    assert request_outcomes(now=MONDAY_NINE + DAY) == 0
    assert Message.objects.get().reason == "withdrawn"


@pytest.mark.parametrize(
    "change", [{"status": "cancelled", "entry": None, "cancelled_at": FRIDAY}, {"status": "no_show"}]
)
def test_no_outcome_is_requested_of_a_changed_booking(booking, change):
    Booking.objects.update(**change)

    assert request_outcomes(now=MONDAY_NINE) == 0


def test_schedule_may_delay_or_disable_the_outcome_request(booking):
    make_policy(timetable={"outcome_after_working_days": 2})
    later = [request_outcomes(now=MONDAY_NINE), request_outcomes(now=MONDAY_NINE + DAY)]
    Booking.objects.update(outcome_asked_at=None)
    make_policy(timetable={"outcome_after_working_days": 0})

    assert (later, request_outcomes(now=MONDAY_NINE + 2 * DAY)) == ([0, 1], 0)


def test_no_outcome_is_requested_after_five_weeks(booking):
    assert request_outcomes(now=FRIDAY + 35 * DAY) == 0


def test_outcome_is_requested_after_the_longest_delay(db):
    make_policy(timetable={"outcome_after_working_days": LIMITS["outcome_after_working_days"][1]})
    make_booking(starts_at=BEFORE_CHRISTMAS, booked_at=BEFORE_CHRISTMAS - DAY)
    ten_working_days_later = datetime(2027, 1, 5, 8, 0, tzinfo=UTC)

    answers = [request_outcomes(now=now) for now in (ten_working_days_later - MINUTE, ten_working_days_later)]

    assert answers == [0, 1]
