from datetime import UTC, datetime, timedelta

import pytest

from advisors.models import Advisor, AgendaEntry
from bookings.appointments.cancel import cancel_booking
from bookings.errors import AdvisorNotEligible, BookingChanged, BookingNotActive, ColleagueNotFree, TooLateToReassign
from bookings.models import Booking
from bookings.reassignment.reassign import reassign_booking
from core.actors import Actor
from organisation.models import AuditEvent, Role
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
COLLEAGUE = Actor(key="user:7", origin="web")


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def reassigned(booking, to, remark="", now=NOW):
    return reassign_booking(booking=booking, to_advisor_id=to.pk, remark=remark, actor=COLLEAGUE, now=now)


def make_colleague(**fields):
    return make_advisor(name="Marit de Wit", video_url="https://video.example/marit", **fields)


def refused(error, booking, to, **how):
    """Assert that the refusal changes nothing and is in the audit trail."""
    before = Booking.objects.values().get(pk=booking.pk)
    with pytest.raises(error):
        reassigned(booking, to, **how)

    assert Booking.objects.values().get(pk=booking.pk) == before
    assert Message.objects.filter(kind="handed_over").count() == 0
    assert AuditEvent.objects.filter(action="booking.hand_over").values_list("result", flat=True).get() == error.code


def test_reassign_keeps_the_start_and_tells_everybody_once():
    booking, colleague = make_booking(), make_colleague()

    after = reassigned(booking, colleague, remark="Youssef is ziek. Ik heb me ingelezen.")

    assert (after.advisor, after.starts_at, after.uid, after.sequence) == (
        colleague,
        TUESDAY_HALF_PAST_TEN,
        booking.uid,
        1,
    )
    assert (after.chosen_because, after.moved_count) == ({"rule": "handed_over", "from": booking.advisor.pk}, 0)
    assert AgendaEntry.objects.values_list("advisor", "busy_from").get() == (colleague.pk, TUESDAY_HALF_PAST_TEN)
    assert list(Message.objects.order_by("pk").values_list("kind", "recipient", "calendar_method")) == [
        ("handed_over", booking.candidate.email, "REQUEST"),
        ("advisor_booked", colleague.user.email, "REQUEST"),
        ("advisor_cancelled", booking.advisor.user.email, "CANCEL"),
    ]
    assert AuditEvent.objects.values_list("action", "result", "actor").get() == ("booking.hand_over", "done", "user:7")


def test_the_letters_contain_the_names_and_the_remark():
    booking, colleague = make_booking(), make_colleague()

    reassigned(booking, colleague, remark="Youssef is ziek.")

    candidate, new, old = Message.objects.order_by("pk")
    assert "Alleen spreek je iemand anders: Marit de Wit. Youssef Benali kan dan helaas niet." in candidate.text
    assert "Youssef is ziek." in candidate.text
    assert "Je hebt een gesprek overgenomen van Youssef Benali." in new.text
    assert old.subject == "Gesprek overgenomen: dinsdag 24 november om 10.30 uur"
    assert "De tijd is weer vrij" not in old.text
    assert "\n\n\n" not in candidate.text + new.text + old.text


@pytest.mark.parametrize("channel", ["video", "onsite"])
def test_the_location_is_that_of_the_colleague(channel):
    booking, colleague = make_booking(channel=channel), make_colleague()

    after = reassigned(booking, colleague)

    place = colleague.openings.first().location if channel == "onsite" else None
    assert after.location == place
    seen = place.address if place else "https://video.example/marit"
    assert seen in Message.objects.get(kind="handed_over").text


def test_the_duration_is_that_of_the_colleague():
    booking, colleague = make_booking(), make_colleague(session_minutes=30, buffer_minutes=0)

    assert reassigned(booking, colleague).ends_at == TUESDAY_HALF_PAST_TEN + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("nl", " Het gesprek duurt nu {} minuten.\n"), ("en", " The talk now takes {} minutes.\n")],
)
@pytest.mark.parametrize(("minutes", "is_told"), [(15, True), (20, False), (30, True)])
def test_the_candidate_is_told_of_another_duration(language, sentence, minutes, is_told):
    rejection = make_rejection(candidate=make_candidate(language=language))
    booking = make_booking(invitation=make_invitation(rejection=rejection))

    reassigned(booking, make_colleague(session_minutes=minutes, step_minutes=30))

    letter = Message.objects.get(kind="handed_over").text
    assert (sentence.format(minutes) in letter, "minut" in letter) == (is_told, is_told)


def test_the_notice_for_candidates_does_not_bind_colleagues():
    booking, colleague = make_booking(), make_colleague()

    after = reassigned(booking, colleague, now=TUESDAY_HALF_PAST_TEN - timedelta(minutes=1))

    assert after.advisor == colleague


def test_reassign_twice_is_the_same_as_once():
    booking, colleague = make_booking(), make_colleague()

    assert reassigned(booking, colleague).sequence == reassigned(booking, colleague).sequence == 1
    assert Message.objects.count() == 3


def test_a_sent_reminder_is_kept_and_a_pending_one_is_posted_again():
    sent = make_booking(mail_reminder_at=NOW)

    after = reassigned(sent, make_colleague())

    assert (after.mail_reminder_at, after.text_reminder_at) == (NOW, None)


def test_reassign_refuses_a_colleague_who_has_another_booking():
    booking, colleague = make_booking(), make_colleague()
    make_booking(advisor=colleague)

    refused(ColleagueNotFree, booking, colleague)


def test_reassign_refuses_a_colleague_who_is_away():
    booking, colleague = make_booking(), make_colleague()
    make_absence(advisor=colleague, starts_at=NOW, ends_at=WEDNESDAY_TEN)

    refused(ColleagueNotFree, booking, colleague)


@pytest.mark.parametrize("lacks", [{"languages": ["en"]}, {"video_url": ""}])
def test_reassign_refuses_a_colleague_without_the_channel_or_language(lacks):
    booking, colleague = make_booking(channel="video"), make_colleague()
    Advisor.objects.filter(pk=colleague.pk).update(**lacks)

    refused(ColleagueNotFree, booking, colleague)


def test_reassign_knows_the_holidays_beyond_the_horizon():
    make_policy(horizon_days=14)

    refused(ColleagueNotFree, make_booking(starts_at=datetime(2027, 1, 1, 9, tzinfo=UTC)), make_colleague())


def test_reassign_refuses_the_recruiter_of_this_rejection():
    colleague = make_colleague(user=make_user(Role.ADVISOR, Role.RECRUITER))
    rejection = make_rejection(vacancy=make_vacancy(), recruiter=colleague.user)
    booking = make_booking(invitation=make_invitation(rejection=rejection))

    refused(AdvisorNotEligible, booking, colleague)


def test_reassign_refuses_somebody_who_is_not_an_active_advisor():
    refused(AdvisorNotEligible, make_booking(), make_colleague(is_active=False))


def test_reassign_refuses_a_cancelled_booking():
    booking, colleague = make_booking(), make_colleague()
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    refused(BookingNotActive, booking, colleague)


def test_reassign_refuses_a_booking_that_has_started():
    refused(TooLateToReassign, make_booking(), make_colleague(), now=TUESDAY_HALF_PAST_TEN)


def test_reassign_refuses_a_booking_that_changed_since_it_was_seen():
    booking, colleague = make_booking(), make_colleague()
    Booking.objects.update(starts_at=WEDNESDAY_TEN, ends_at=WEDNESDAY_TEN + timedelta(minutes=20))

    refused(BookingChanged, booking, colleague)
