"""Queued messages while a booking changes: outdated ones are cancelled, needed ones are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.appointments.reschedule import reschedule_booking
from bookings.models import Booking
from bookings.reassignment.reassign import reassign_booking
from bookings.reminders import remind_by_mail, remind_by_sms
from core.actors import Actor
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_advisor, make_booking, make_booking_request, make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
COLLEAGUE = Actor(key="user:7", origin="web")
TUESDAY_16 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


@pytest.fixture
def booking():
    return make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)


def handed(booking, to, now=NOW):
    seen = Booking.objects.get(pk=booking.pk)
    return reassign_booking(booking=seen, to_advisor_id=to.pk, remark="", actor=COLLEAGUE, now=now)


def waiting(kind):
    """Who gets such a letter, in the order in which it was written."""
    letters = Message.objects.queued().filter(kind=kind).order_by("pk")
    return list(letters.values_list("recipient", flat=True))


def test_every_former_advisor_gets_a_cancellation(booking):
    second, third = make_advisor(name="Marit de Wit"), make_advisor(name="Sanne Bos")

    handed(booking, second)
    handed(booking, third)

    assert waiting("advisor_cancelled") == [booking.advisor.user.email, second.user.email]
    assert (waiting("advisor_booked"), waiting("handed_over")) == ([third.user.email], [booking.candidate.email])


def test_advisor_who_gets_the_booking_back_gets_one_message(booking):
    second = make_advisor(name="Marit de Wit")

    handed(booking, second)
    handed(booking, booking.advisor)

    assert waiting("advisor_cancelled") == [second.user.email]
    assert waiting("advisor_booked") == [booking.advisor.user.email]


@pytest.mark.parametrize("change", ["cancel_booking", "move_booking", "reschedule_booking"])
def test_later_change_keeps_the_cancellation_of_the_first_advisor(booking, change):
    after = handed(booking, make_advisor(name="Marit de Wit"))
    later = WEDNESDAY_TEN + timedelta(hours=1)
    changes = {
        "cancel_booking": lambda: cancel_booking(booking=after, by="candidate", actor=CANDIDATE, now=NOW),
        "move_booking": lambda: move_booking(
            booking=after, request=make_booking_request(later, advisor=after.advisor), actor=CANDIDATE, now=NOW
        ),
        "reschedule_booking": lambda: reschedule_booking(
            booking=after, starts_at=later, remark="", actor=COLLEAGUE, now=NOW
        ),
    }

    changes[change]()

    assert waiting("advisor_cancelled")[0] == booking.advisor.user.email
    assert waiting("handed_over") == []


def reminded(booking, *, is_sent):
    """A text and a mail on the day before; whether they left before a colleague took over."""
    for remind in (remind_by_sms, remind_by_mail):
        remind(now=TUESDAY_16)
    if is_sent:
        deliver_due(now=TUESDAY_16)
    handed(booking, make_advisor(name="Marit de Wit"), now=TUESDAY_16 + MINUTE)
    return [remind(now=TUESDAY_16 + 2 * MINUTE) for remind in (remind_by_sms, remind_by_mail)]


def test_queued_reminder_is_replaced_after_a_reassignment(booking):
    assert reminded(booking, is_sent=False) == [1, 1]

    reminders = Message.objects.queued().filter(kind="reminder")
    assert sorted(reminders.values_list("transport", flat=True)) == ["mail", "sms"]
    assert all("Marit de Wit" in reminder.text for reminder in reminders)


def test_a_reminder_that_was_sent_is_not_sent_again(booking):
    assert reminded(booking, is_sent=True) == [0, 0]

    assert Message.objects.filter(kind="reminder").count() == 2
