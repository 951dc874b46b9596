"""Letters that wait while a talk changes: the untrue ones stay here, and nobody misses what they have to hear."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.appointments.reschedule import reschedule
from bookings.models import Booking
from bookings.reassignment.reassign import hand_over
from bookings.reminders import remind_by_mail, remind_by_text
from core.actors import Actor
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_advisor, make_booking, make_policy, make_wish

pytestmark = pytest.mark.django_db
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
    return hand_over(booking=seen, to=to.pk, word="", actor=COLLEAGUE, now=now)


def waiting(kind):
    """Who gets such a letter, in the order in which it was written."""
    letters = Message.objects.waiting().filter(kind=kind).order_by("pk")
    return list(letters.values_list("recipient", flat=True))


def test_everybody_who_held_the_talk_hears_that_it_is_gone(booking):
    second, third = make_advisor(name="Marit de Wit"), make_advisor(name="Sanne Bos")

    handed(booking, second)
    handed(booking, third)

    assert waiting("advisor_cancelled") == [booking.advisor.user.email, second.user.email]
    assert (waiting("advisor_booked"), waiting("handed_over")) == ([third.user.email], [booking.candidate.email])


def test_who_gets_the_talk_back_hears_only_that(booking):
    second = make_advisor(name="Marit de Wit")

    handed(booking, second)
    handed(booking, booking.advisor)

    assert waiting("advisor_cancelled") == [second.user.email]
    assert waiting("advisor_booked") == [booking.advisor.user.email]


@pytest.mark.parametrize("change", ["cancel", "move", "reschedule"])
def test_another_change_keeps_what_the_first_advisor_has_to_hear(booking, change):
    after = handed(booking, make_advisor(name="Marit de Wit"))
    later = WEDNESDAY_TEN + timedelta(hours=1)
    changes = {
        "cancel": lambda: cancel(booking=after, by="candidate", actor=CANDIDATE, now=NOW),
        "move": lambda: move(booking=after, wish=make_wish(later, advisor=after.advisor), actor=CANDIDATE, now=NOW),
        "reschedule": lambda: reschedule(booking=after, starts_at=later, word="", actor=COLLEAGUE, now=NOW),
    }

    changes[change]()

    assert waiting("advisor_cancelled")[0] == booking.advisor.user.email
    assert waiting("handed_over") == []


def reminded(booking, *, is_sent):
    """A text and a mail on the day before; whether they left before a colleague took over."""
    for remind in (remind_by_text, remind_by_mail):
        remind(now=TUESDAY_16)
    if is_sent:
        deliver_due(now=TUESDAY_16)
    handed(booking, make_advisor(name="Marit de Wit"), now=TUESDAY_16 + MINUTE)
    return [remind(now=TUESDAY_16 + 2 * MINUTE) for remind in (remind_by_text, remind_by_mail)]


def test_a_reminder_that_did_not_leave_comes_again_with_the_name_of_the_colleague(booking):
    assert reminded(booking, is_sent=False) == [1, 1]

    reminders = Message.objects.waiting().filter(kind="reminder")
    assert sorted(reminders.values_list("channel", flat=True)) == ["mail", "sms"]
    assert all("Marit de Wit" in reminder.text for reminder in reminders)


def test_a_reminder_that_was_sent_is_not_sent_again(booking):
    assert reminded(booking, is_sent=True) == [0, 0]

    assert Message.objects.filter(kind="reminder").count() == 2
