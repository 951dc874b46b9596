"""Reschedule by the advisor."""

from datetime import UTC, datetime, timedelta

import pytest

from advisors.availability.errors import SlotTaken
from advisors.models import AgendaEntry
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.reschedule import reschedule_booking, slots_to_reschedule
from bookings.errors import BookingChanged, BookingNotActive, BookingOver
from bookings.models import Booking
from core.actors import Actor
from organisation.models import AuditEvent
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADVISOR = Actor(key="user:7", origin="web")


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def rescheduled(booking, starts_at=WEDNESDAY_TEN, remark="", now=NOW):
    return reschedule_booking(booking=booking, starts_at=starts_at, remark=remark, actor=ADVISOR, now=now)


def refused(error, booking, starts_at=WEDNESDAY_TEN, **how):
    before = Booking.objects.values().get(pk=booking.pk)
    with pytest.raises(error):
        rescheduled(booking, starts_at, **how)

    assert Booking.objects.values().get(pk=booking.pk) == before
    assert Message.objects.filter(kind="moved").count() == 0
    assert AuditEvent.objects.filter(action="booking.reschedule").values_list("result", flat=True).get() == error.code


def test_reschedule_reserves_the_new_time_and_releases_the_old_one():
    booking = make_booking(text_reminder_at=NOW, mail_reminder_at=NOW)

    after = rescheduled(booking)

    assert (after.starts_at, after.advisor, after.uid, after.sequence) == (
        WEDNESDAY_TEN,
        booking.advisor,
        booking.uid,
        1,
    )
    assert (after.moved_count, after.text_reminder_at, after.mail_reminder_at) == (1, None, None)
    assert AgendaEntry.objects.values_list("pk", "busy_from").get() == (booking.entry_id, WEDNESDAY_TEN)
    assert list(Message.objects.order_by("pk").values_list("kind", "recipient", "calendar_method")) == [
        ("moved", booking.candidate.email, "REQUEST"),
        ("advisor_moved", booking.advisor.user.email, "REQUEST"),
    ]
    assert AuditEvent.objects.values_list("action", "result", "actor").get() == ("booking.reschedule", "done", "user:7")


@pytest.mark.parametrize(
    ("language", "sorry"),
    [
        ("nl", "Youssef Benali kan helaas niet op het afgesproken moment. Daarom is je afspraak verzet."),
        ("en", "Unfortunately, Youssef Benali cannot make it at the time that we agreed"),
    ],
)
@pytest.mark.parametrize("remark", ["", "Mijn trein staat stil."])
def test_the_letter_apologises_and_contains_the_remark(language, sorry, remark):
    rejection = make_rejection(candidate=make_candidate(language=language))
    booking = make_booking(invitation=make_invitation(rejection=rejection))

    rescheduled(booking, remark=remark)

    letter = Message.objects.get(kind="moved")
    assert sorry in letter.text
    assert remark in letter.text
    assert "\n\n\n" not in letter.text


def test_the_limits_for_candidates_do_not_bind_the_advisor():
    booking = make_booking()
    a_minute_before = TUESDAY_HALF_PAST_TEN - timedelta(minutes=1)

    after = rescheduled(booking, TUESDAY_HALF_PAST_TEN + timedelta(minutes=30), now=a_minute_before)

    assert after.starts_at == TUESDAY_HALF_PAST_TEN + timedelta(minutes=30)


def test_reschedule_beyond_the_horizon_of_candidates_is_possible():
    booking = make_booking()

    assert rescheduled(booking, WEDNESDAY_TEN + timedelta(days=49)).moved_count == 1


def test_a_booking_under_way_can_be_rescheduled():
    booking = make_booking()

    assert rescheduled(booking, now=TUESDAY_HALF_PAST_TEN + timedelta(minutes=5)).starts_at == WEDNESDAY_TEN


def test_reschedule_twice_is_the_same_as_once():
    booking = make_booking()

    assert rescheduled(booking).sequence == rescheduled(booking).sequence == 1
    assert Message.objects.count() == 2


def test_reschedule_refuses_a_taken_slot():
    booking = make_booking()
    make_booking(advisor=booking.advisor, starts_at=WEDNESDAY_TEN)

    refused(SlotTaken, booking)


@pytest.mark.parametrize("shift", [timedelta(days=-7), timedelta(minutes=7), timedelta(hours=6), timedelta(days=4)])
def test_reschedule_refuses_a_start_that_is_not_a_slot(shift):
    refused(SlotTaken, make_booking(), TUESDAY_HALF_PAST_TEN + shift)


def test_reschedule_refuses_a_booking_that_is_over():
    booking = make_booking()

    refused(BookingOver, booking, now=booking.ends_at)


def test_reschedule_refuses_a_cancelled_booking():
    booking = make_booking()
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    refused(BookingNotActive, booking)


def test_reschedule_refuses_a_booking_that_moved_meanwhile():
    booking = make_booking()
    later = TUESDAY_HALF_PAST_TEN + timedelta(minutes=30)
    Booking.objects.update(starts_at=later, ends_at=later + timedelta(minutes=20))

    refused(BookingChanged, booking)


def test_reschedule_knows_the_holidays_beyond_the_horizon():
    policy, booking = make_policy(horizon_days=14), make_booking()
    new_year, monday = datetime(2027, 1, 1, 9, tzinfo=UTC), datetime(2027, 1, 4, 9, tzinfo=UTC)

    free = {slot.starts_at for slot in slots_to_reschedule(booking, policy, now=NOW)}

    assert free & {new_year, monday} == {monday}
    refused(SlotTaken, booking, new_year)


def test_reschedule_refuses_a_booking_that_was_reassigned_meanwhile():
    booking = make_booking()
    Booking.objects.update(advisor=make_advisor())

    refused(BookingChanged, booking)
