from datetime import UTC, datetime, timedelta

import pytest

from advisors.models import Advisor, AgendaEntry
from bookings.appointments.cancel import cancel
from bookings.errors import ColleagueNotFree, MayNotHold, NotStanding, TalkChanged, TalkStarted
from bookings.models import Booking
from bookings.reassignment.reassign import hand_over
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

pytestmark = pytest.mark.django_db
COLLEAGUE = Actor(key="user:7", origin="web")


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def handed(booking, to, word="", now=NOW):
    return hand_over(booking=booking, to=to.pk, word=word, actor=COLLEAGUE, now=now)


def make_colleague(**fields):
    return make_advisor(name="Marit de Wit", video_url="https://video.example/marit", **fields)


def refused(error, booking, to, **how):
    """The refusal leaves everything as it was, and an entry in the trail."""
    before = Booking.objects.values().get(pk=booking.pk)
    with pytest.raises(error):
        handed(booking, to, **how)

    assert Booking.objects.values().get(pk=booking.pk) == before
    assert Message.objects.filter(kind="handed_over").count() == 0
    assert AuditEvent.objects.filter(action="booking.hand_over").values_list("result", flat=True).get() == error.code


def test_hand_over_keeps_the_moment_and_tells_everybody_once():
    booking, colleague = make_booking(), make_colleague()

    after = handed(booking, colleague, word="Youssef is ziek. Ik heb me ingelezen.")

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


def test_the_letters_say_who_and_why():
    booking, colleague = make_booking(), make_colleague()

    handed(booking, colleague, word="Youssef is ziek.")

    candidate, new, old = Message.objects.order_by("pk")
    assert "Alleen spreek je iemand anders: Marit de Wit. Youssef Benali kan dan helaas niet." in candidate.text
    assert "Youssef is ziek." in candidate.text
    assert "Je hebt een gesprek overgenomen van Youssef Benali." in new.text
    assert old.subject == "Gesprek overgenomen: dinsdag 24 november om 10.30 uur"
    assert "De tijd is weer vrij" not in old.text
    assert "\n\n\n" not in candidate.text + new.text + old.text


@pytest.mark.parametrize("channel", ["video", "onsite"])
def test_the_talk_is_where_the_colleague_is(channel):
    booking, colleague = make_booking(channel=channel), make_colleague()

    after = handed(booking, colleague)

    place = colleague.openings.first().location if channel == "onsite" else None
    assert after.location == place
    seen = place.address if place else "https://video.example/marit"
    assert seen in Message.objects.get(kind="handed_over").text


def test_the_talk_lasts_as_long_as_the_colleague_talks():
    booking, colleague = make_booking(), make_colleague(session_minutes=30, buffer_minutes=0)

    assert handed(booking, colleague).ends_at == TUESDAY_HALF_PAST_TEN + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("nl", " Het gesprek duurt nu {} minuten.\n"), ("en", " The talk now takes {} minutes.\n")],
)
@pytest.mark.parametrize(("minutes", "is_told"), [(15, True), (20, False), (30, True)])
def test_the_candidate_hears_of_a_talk_that_gets_another_length(language, sentence, minutes, is_told):
    rejection = make_rejection(candidate=make_candidate(language=language))
    booking = make_booking(invitation=make_invitation(rejection=rejection))

    handed(booking, make_colleague(session_minutes=minutes, step_minutes=30))

    letter = Message.objects.get(kind="handed_over").text
    assert (sentence.format(minutes) in letter, "minut" in letter) == (is_told, is_told)


def test_the_notice_for_candidates_does_not_bind_colleagues():
    booking, colleague = make_booking(), make_colleague()

    after = handed(booking, colleague, now=TUESDAY_HALF_PAST_TEN - timedelta(minutes=1))

    assert after.advisor == colleague


def test_hand_over_twice_is_the_same_as_once():
    booking, colleague = make_booking(), make_colleague()

    assert handed(booking, colleague).sequence == handed(booking, colleague).sequence == 1
    assert Message.objects.count() == 3


def test_a_reminder_that_was_sent_stays_sent_and_one_that_waits_comes_later():
    sent = make_booking(mail_reminder_at=NOW)

    after = handed(sent, make_colleague())

    assert (after.mail_reminder_at, after.text_reminder_at) == (NOW, None)


def test_hand_over_refuses_a_colleague_who_has_another_talk():
    booking, colleague = make_booking(), make_colleague()
    make_booking(advisor=colleague)

    refused(ColleagueNotFree, booking, colleague)


def test_hand_over_refuses_a_colleague_who_is_away():
    booking, colleague = make_booking(), make_colleague()
    make_absence(advisor=colleague, starts_at=NOW, ends_at=WEDNESDAY_TEN)

    refused(ColleagueNotFree, booking, colleague)


@pytest.mark.parametrize("lacks", [{"languages": ["en"]}, {"video_url": ""}])
def test_hand_over_refuses_a_colleague_who_cannot_talk_that_way(lacks):
    booking, colleague = make_booking(channel="video"), make_colleague()
    Advisor.objects.filter(pk=colleague.pk).update(**lacks)

    refused(ColleagueNotFree, booking, colleague)


def test_hand_over_knows_the_holidays_beyond_the_horizon():
    make_policy(horizon_days=14)

    refused(ColleagueNotFree, make_booking(starts_at=datetime(2027, 1, 1, 9, tzinfo=UTC)), make_colleague())


def test_hand_over_refuses_the_recruiter_of_this_rejection():
    colleague = make_colleague(user=make_user(Role.ADVISOR, Role.RECRUITER))
    rejection = make_rejection(vacancy=make_vacancy(), recruiter=colleague.user)
    booking = make_booking(invitation=make_invitation(rejection=rejection))

    refused(MayNotHold, booking, colleague)


def test_hand_over_refuses_somebody_who_holds_no_talks():
    refused(MayNotHold, make_booking(), make_colleague(is_active=False))


def test_hand_over_refuses_a_talk_that_was_cancelled():
    booking, colleague = make_booking(), make_colleague()
    cancel(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    refused(NotStanding, booking, colleague)


def test_hand_over_refuses_a_talk_that_has_started():
    refused(TalkStarted, make_booking(), make_colleague(), now=TUESDAY_HALF_PAST_TEN)


def test_hand_over_refuses_a_talk_that_is_not_as_it_was_seen():
    booking, colleague = make_booking(), make_colleague()
    Booking.objects.update(starts_at=WEDNESDAY_TEN, ends_at=WEDNESDAY_TEN + timedelta(minutes=20))

    refused(TalkChanged, booking, colleague)
