from datetime import timedelta

import pytest

from advisors.availability.errors import SlotTaken
from advisors.models import AgendaEntry
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.errors import BookingNotActive, PhoneNeeded, TooLateToMove
from bookings.models import Booking
from organisation.models import AuditEvent, Role, RoleGrant
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_policy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def moved(booking, request, now=NOW):
    return move_booking(booking=booking, request=request, actor=CANDIDATE, now=now)


def letters():
    return [(letter.kind, letter.recipient, letter.state) for letter in Message.objects.order_by("pk")]


def test_move_takes_the_new_slot_and_releases_the_old_one():
    booking = make_booking(question="Wat nu?")

    after = moved(booking, make_booking_request(WEDNESDAY_TEN))

    assert (after.starts_at, after.moved_count, after.sequence, after.question) == (WEDNESDAY_TEN, 1, 1, "Wat nu?")
    assert AgendaEntry.objects.values_list("busy_from", flat=True).get() == WEDNESDAY_TEN
    assert letters() == [
        ("moved", booking.candidate.email, "queued"),
        ("advisor_moved", booking.advisor.user.email, "queued"),
    ]
    assert AuditEvent.objects.values_list("action", "result").get() == ("booking.move", "done")


def test_move_to_a_colleague_removes_it_from_the_old_calendar():
    booking = make_booking()
    old, new = booking.advisor, make_advisor(name="Marit de Wit")

    after = moved(booking, make_booking_request(WEDNESDAY_TEN, advisor=new))

    assert after.advisor == new
    assert AgendaEntry.objects.values_list("advisor", "busy_from").get() == (new.pk, WEDNESDAY_TEN)
    methods = {(letter.kind, letter.recipient): letter.calendar_method for letter in Message.objects.all()}
    assert methods == {
        ("moved", booking.candidate.email): "REQUEST",
        ("advisor_booked", new.user.email): "REQUEST",
        ("advisor_cancelled", old.user.email): "CANCEL",
    }
    letter = Message.objects.get(kind="advisor_cancelled")
    assert "Een collega voert het gesprek op een ander moment. De tijd is weer vrij in je agenda." in letter.text
    gone = letter.calendar.replace("\r\n ", "")
    assert (old.user.email in gone, new.user.email in gone) == (True, False)


def test_move_within_its_own_time_is_possible():
    booking = make_booking()

    after = moved(booking, make_booking_request(TUESDAY_HALF_PAST_TEN, channel="video"))

    assert (after.starts_at, after.channel, after.advisor) == (TUESDAY_HALF_PAST_TEN, "video", booking.advisor)


def test_move_to_its_own_slot_changes_nothing():
    booking = make_booking()

    after = moved(booking, make_booking_request(TUESDAY_HALF_PAST_TEN))

    assert (after.sequence, letters()) == (0, [])


def test_move_withdraws_pending_messages_about_the_old_slot():
    booking = make_booking()
    moved(booking, make_booking_request(WEDNESDAY_TEN))

    moved(Booking.objects.get(), make_booking_request(WEDNESDAY_TEN + timedelta(days=1)))

    assert [state for _kind, _to, state in letters()] == ["suppressed", "suppressed", "queued", "queued"]


def test_move_resets_the_reminders():
    booking = make_booking(text_reminder_at=NOW, mail_reminder_at=NOW)

    after = moved(booking, make_booking_request(WEDNESDAY_TEN))

    assert (after.text_reminder_at, after.mail_reminder_at) == (None, None)


def test_move_refuses_a_taken_slot_and_keeps_the_old_one():
    booking = make_booking()
    make_booking(advisor=booking.advisor, invitation=make_invitation(), starts_at=WEDNESDAY_TEN)

    with pytest.raises(SlotTaken) as refused:
        moved(booking, make_booking_request(WEDNESDAY_TEN, advisor=booking.advisor))

    booking.refresh_from_db()
    assert booking.starts_at == TUESDAY_HALF_PAST_TEN
    assert WEDNESDAY_TEN not in [slot.starts_at for slot in refused.value.alternatives]
    assert AuditEvent.objects.values_list("action", "result").get() == ("booking.move", "slot_taken")


def test_move_never_goes_to_the_recruiter_of_this_rejection():
    booking = make_booking()
    recruiter = make_advisor(user=booking.invitation.application.rejection.recruiter)
    RoleGrant.objects.create(user=recruiter.user, role=Role.ADVISOR)
    make_absence(advisor=booking.advisor, starts_at=NOW, ends_at=NOW + timedelta(days=60))

    for whom in (recruiter, None):
        with pytest.raises(SlotTaken) as refused:
            moved(booking, make_booking_request(WEDNESDAY_TEN, advisor=whom))
        assert refused.value.alternatives == ()


def test_move_stops_at_the_limit_of_policy():
    booking = make_booking()
    limit = TUESDAY_HALF_PAST_TEN - timedelta(hours=4)

    with pytest.raises(TooLateToMove):
        moved(booking, make_booking_request(WEDNESDAY_TEN + timedelta(days=1)), now=limit + timedelta(seconds=1))

    assert moved(booking, make_booking_request(WEDNESDAY_TEN + timedelta(days=1)), now=limit).moved_count == 1


def test_move_refuses_a_cancelled_booking():
    booking = make_booking()
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    with pytest.raises(BookingNotActive):
        moved(booking, make_booking_request(WEDNESDAY_TEN))


def test_move_to_the_phone_asks_for_a_number():
    booking = make_booking(channel="video", phone="")

    with pytest.raises(PhoneNeeded):
        moved(booking, make_booking_request(WEDNESDAY_TEN, phone=""))


def test_move_refuses_a_cancelled_booking_to_its_own_slot():
    booking = make_booking()
    cancelled = cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    with pytest.raises(BookingNotActive):
        moved(cancelled, make_booking_request(TUESDAY_HALF_PAST_TEN))


@pytest.mark.parametrize(("field", "value"), [("phone", "+31600000002"), ("language", "en")])
def test_move_changes_the_number_or_the_language_alone(field, value):
    booking = make_booking()

    moved(booking, make_booking_request(TUESDAY_HALF_PAST_TEN, **{field: value}))

    booking.refresh_from_db()
    assert (str(getattr(booking, field)), booking.starts_at, booking.sequence) == (value, TUESDAY_HALF_PAST_TEN, 1)


def test_move_to_its_own_slot_without_a_number_changes_nothing():
    booking = make_booking()

    assert moved(booking, make_booking_request(TUESDAY_HALF_PAST_TEN, phone="")).sequence == 0
