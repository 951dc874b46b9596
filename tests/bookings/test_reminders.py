"""Reminders by scanning: once, on the day before, and only of a talk that stands."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.cancel import cancel
from bookings.models import Booking
from bookings.reminders import remind_by_mail, remind_by_text
from bookings.schedule import text_useless_after
from candidates.models import Candidate
from core.message_schedule import USUAL
from core.timezones import HOME
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_booking, make_policy
from tests.races import at_once

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
    return list(Message.objects.filter(kind="reminder").values_list("channel", flat=True))


def test_a_text_is_posted_at_four_on_the_day_before(booking):
    answers = [remind_by_text(now=moment) for moment in (TUESDAY_16 - MINUTE, TUESDAY_16, TUESDAY_16 + MINUTE)]

    assert answers == [0, 1, 0]
    message = Message.objects.get(is_standby=False)
    assert (message.channel, message.recipient, message.useless_after) == ("sms", "+31600000001", TUESDAY_20)


def test_a_mail_is_posted_in_the_morning_before(booking):
    answers = [remind_by_mail(now=moment) for moment in (TUESDAY_09 - MINUTE, TUESDAY_09, TUESDAY_09 + MINUTE)]

    assert answers == [0, 1, 0]
    assert list(Message.objects.values_list("channel", "useless_after")) == [("mail", WEDNESDAY_00)]


def test_reminders_that_waited_too_long_do_not_leave(booking):
    remind_by_mail(now=TUESDAY_16)
    remind_by_text(now=TUESDAY_16)

    assert [deliver_due(now=TUESDAY_20), deliver_due(now=WEDNESDAY_00)] == [2, 0]
    assert list(Message.objects.order_by("pk").values_list("kind", "channel", "state")) == [
        ("reminder", "mail", "sent"),
        ("reminder", "sms", "suppressed"),
        ("text_failed", "mail", "sent"),
    ]


@pytest.mark.parametrize(
    ("starts_at", "useless_after"),
    [
        (datetime(2026, 10, 26, 9, 0, tzinfo=UTC), datetime(2026, 10, 25, 19, 0, tzinfo=UTC)),  # the clock went back
        (datetime(2027, 3, 29, 8, 0, tzinfo=UTC), datetime(2027, 3, 28, 18, 0, tzinfo=UTC)),  # and forward
    ],
)
def test_a_text_is_useless_from_eight_in_the_evening_local(starts_at, useless_after):
    assert text_useless_after(starts_at, HOME, USUAL) == useless_after


def test_a_reminder_that_fails_does_not_stop_the_others(booking, caplog):
    Candidate.objects.update(language="xx")  # there are no letters in it
    make_booking(starts_at=WEDNESDAY_TEN)

    assert remind_by_mail(now=TUESDAY_16) == 1
    assert [line for line in caplog.messages if line.startswith(f"booking {booking.pk}: UnknownLocaleError")] != []
    booking.refresh_from_db()
    assert booking.mail_reminder_at is None


def test_who_asked_for_no_text_gets_none(booking):
    Booking.objects.update(wants_sms=False)

    assert remind_by_text(now=TUESDAY_16) == 0


def test_a_cancelled_talk_is_not_reminded_of(booking):
    cancel(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW)

    assert [remind_by_text(now=TUESDAY_16), remind_by_mail(now=TUESDAY_16)] == [0, 0]


def test_a_reminder_that_waits_is_withdrawn_with_the_talk(booking):
    remind_by_text(now=TUESDAY_16)

    cancel(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=TUESDAY_16 + MINUTE)

    assert Message.objects.filter(kind="reminder").get().reason == "withdrawn"


def test_a_talk_arranged_after_the_moment_of_its_reminder_gets_none(booking):
    Booking.objects.update(booked_at=TUESDAY_16 + MINUTE)

    assert remind_by_text(now=TUESDAY_16 + 2 * MINUTE) == 0


@pytest.mark.django_db(transaction=True)
def test_ten_scans_at_once_post_one_reminder(transactional_db):
    make_policy()
    make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)

    answers = at_once([lambda: remind_by_text(now=TUESDAY_16)] * 10, threads=10)

    assert sorted(answers) == [0] * 9 + [1]
    assert reminders() == ["sms"]
