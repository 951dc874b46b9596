"""Reminders: once, on the previous day, and only of active bookings."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.cancel import cancel_booking
from bookings.models import Booking
from bookings.reminders import remind_by_mail, remind_by_sms
from bookings.schedule import sms_reminder_expires_at
from candidates.models import Candidate
from core.message_schedule import DEFAULT_SCHEDULE
from core.timezones import EMPLOYER_ZONE
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_booking, make_policy
from tests.races import run_concurrently

pytestmark = pytest.mark.both_databases

TUESDAY_16 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TUESDAY_09 = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TUESDAY_20 = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
WEDNESDAY_00 = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def booking(db):
    make_policy()
    return make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)


def reminders():
    return list(Message.objects.filter(kind="reminder").values_list("transport", flat=True))


def test_sms_is_posted_at_four_on_the_previous_day(booking):
    answers = [remind_by_sms(now=moment) for moment in (TUESDAY_16 - MINUTE, TUESDAY_16, TUESDAY_16 + MINUTE)]

    assert answers == [0, 1, 0]
    message = Message.objects.get(is_dormant=False)
    assert (message.transport, message.recipient, message.expires_at) == ("sms", "+31600000001", TUESDAY_20)


def test_mail_is_posted_in_the_morning_of_the_previous_day(booking):
    answers = [remind_by_mail(now=moment) for moment in (TUESDAY_09 - MINUTE, TUESDAY_09, TUESDAY_09 + MINUTE)]

    assert answers == [0, 1, 0]
    assert list(Message.objects.values_list("transport", "expires_at")) == [("mail", WEDNESDAY_00)]


def test_late_reminders_are_suppressed(booking):
    remind_by_mail(now=TUESDAY_16)
    remind_by_sms(now=TUESDAY_16)

    assert [deliver_due(now=TUESDAY_20), deliver_due(now=WEDNESDAY_00)] == [2, 0]
    assert list(Message.objects.order_by("pk").values_list("kind", "transport", "state")) == [
        ("reminder", "mail", "sent"),
        ("reminder", "sms", "suppressed"),
        ("text_failed", "mail", "sent"),
    ]


@pytest.mark.parametrize(
    ("starts_at", "expires_at"),
    [
        (datetime(2026, 10, 26, 9, 0, tzinfo=UTC), datetime(2026, 10, 25, 19, 0, tzinfo=UTC)),  # the clock went back
        (datetime(2027, 3, 29, 8, 0, tzinfo=UTC), datetime(2027, 3, 28, 18, 0, tzinfo=UTC)),  # and forward
    ],
)
def test_sms_expires_at_eight_in_the_evening_local_time(starts_at, expires_at):
    assert sms_reminder_expires_at(starts_at, EMPLOYER_ZONE, DEFAULT_SCHEDULE) == expires_at


def test_a_reminder_that_fails_does_not_stop_the_others(booking, caplog):
    Candidate.objects.update(language="xx")  # there are no letters in it
    make_booking(starts_at=WEDNESDAY_TEN)

    assert remind_by_mail(now=TUESDAY_16) == 1
    assert [line for line in caplog.messages if line.startswith(f"booking {booking.pk}: UnknownLocaleError")] != []
    booking.refresh_from_db()
    assert booking.mail_reminder_at is None


def test_no_sms_without_consent(booking):
    Booking.objects.update(wants_sms=False)

    assert remind_by_sms(now=TUESDAY_16) == 0


def test_cancelled_booking_is_not_reminded(booking):
    cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW)

    assert [remind_by_sms(now=TUESDAY_16), remind_by_mail(now=TUESDAY_16)] == [0, 0]


def test_queued_reminder_is_cancelled_with_the_booking(booking):
    remind_by_sms(now=TUESDAY_16)

    cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=TUESDAY_16 + MINUTE)

    assert Message.objects.filter(kind="reminder").get().reason == "withdrawn"


def test_booking_made_after_its_reminder_time_gets_none(booking):
    Booking.objects.update(booked_at=TUESDAY_16 + MINUTE)

    assert remind_by_sms(now=TUESDAY_16 + 2 * MINUTE) == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_scans_at_once_post_one_reminder(transactional_db):
    make_policy()
    make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)

    answers = run_concurrently([lambda: remind_by_sms(now=TUESDAY_16)] * 10, threads=10)

    assert sorted(answers) == [0] * 9 + [1]
    assert reminders() == ["sms"]
