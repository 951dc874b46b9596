from datetime import date, timedelta

import pytest

from advisors.models import AgendaEntry
from bookings.models import Booking
from bookings.refusals import AlreadyStarted, NotStanding, TalkOver
from bookings.services import book, cancel
from organisation.models import AuditEvent
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_wish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return make_policy(cancel_until_hours=4)


def cancelled(booking, by="candidate", now=NOW, word=""):
    return cancel(booking=booking, by=by, actor=CANDIDATE, now=now, word=word)


def test_cancel_gives_the_time_back_and_tells_both():
    booking = make_booking()

    after = cancelled(booking)

    assert (after.status, after.cancelled_by, after.is_late_cancellation, after.sequence) == (
        "cancelled",
        "candidate",
        False,
        1,
    )
    assert AgendaEntry.objects.count() == 0
    assert list(Message.objects.order_by("pk").values_list("kind", "calendar_method")) == [
        ("cancelled_by_candidate", "CANCEL"),
        ("advisor_cancelled", "CANCEL"),
    ]
    assert AuditEvent.objects.values_list("action", "result").get() == ("booking.cancel", "done")


def test_the_letter_thanks_and_offers_a_new_choice():
    cancelled(make_booking())

    letter = Message.objects.get(kind="cancelled_by_candidate")
    assert "Dat is goed. Je hoeft niets meer te doen." in letter.text
    assert "Wil je later toch een gesprek?" in letter.text


@pytest.mark.parametrize(("hours_before", "late"), [(5, False), (4, False), (3.99, True), (0.01, True)])
def test_cancel_after_the_limit_is_marked_late(hours_before, late):
    booking = make_booking()

    after = cancelled(booking, now=TUESDAY_HALF_PAST_TEN - timedelta(hours=hours_before))

    assert after.is_late_cancellation == late


def test_cancel_by_the_candidate_ends_when_the_talk_starts():
    booking = make_booking()

    with pytest.raises(AlreadyStarted):
        cancelled(booking, now=TUESDAY_HALF_PAST_TEN)

    assert Booking.objects.standing().count() == 1


def test_cancel_twice_is_the_same_as_once():
    booking = make_booking()

    assert cancelled(booking).sequence == cancelled(booking).sequence == 1
    assert Message.objects.count() == 2


def test_cancel_refuses_a_talk_that_was_held():
    booking = make_booking(status="completed")

    with pytest.raises(NotStanding):
        cancelled(booking)


def test_cancel_by_the_advisor_apologises_and_keeps_the_invitation_open():
    booking = make_booking(invitation=make_invitation(open_until=date(2026, 11, 24)))

    cancelled(booking, by="advisor", word="Ik ben ziek geworden.")

    letter = Message.objects.get(kind="cancelled_by_advisor")
    assert "Sorry voor het ongemak." in letter.text
    assert "Ik ben ziek geworden." in letter.text
    assert "tot en met maandag 14 december" in letter.text
    assert Booking.objects.get().invitation.open_until == date(2026, 12, 14)


def test_after_a_cancellation_the_same_moment_can_be_booked_again():
    booking = make_booking()
    cancelled(booking)

    again = book(invitation=booking.invitation, wish=make_wish(), actor=CANDIDATE, now=NOW)

    assert (again.starts_at, again.pk != booking.pk) == (TUESDAY_HALF_PAST_TEN, True)


def test_cancel_by_the_advisor_ends_when_the_talk_is_over():
    booking = make_booking()

    with pytest.raises(TalkOver):
        cancelled(booking, by="advisor", now=booking.ends_at)

    assert Booking.objects.standing().count() == 1
    assert cancelled(booking, by="advisor", now=booking.ends_at - timedelta(minutes=1)).status == "cancelled"


@pytest.mark.parametrize(
    ("language", "offer"), [("nl", "Wil je later toch een gesprek?"), ("en", "Would you like a talk later?")]
)
@pytest.mark.parametrize(("open_until", "is_offered"), [(date(2026, 11, 23), True), (date(2026, 11, 22), False)])
def test_the_letter_offers_a_new_choice_only_while_the_invitation_is_open(language, offer, open_until, is_offered):
    rejection = make_rejection(candidate=make_candidate(language=language))

    cancelled(make_booking(invitation=make_invitation(rejection=rejection, open_until=open_until)))

    letter = Message.objects.get(kind="cancelled_by_candidate")
    assert ((offer in letter.text), ("/book/" in letter.text)) == (is_offered, is_offered)
    assert "\n\n\n" not in letter.text
