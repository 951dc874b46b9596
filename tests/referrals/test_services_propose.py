from datetime import timedelta

import pytest

from core.actors import Actor
from organisation.models import AuditEvent
from outbox.models import Message
from referrals.errors import (
    AppliedAlready,
    IntroductionNeeded,
    ProposedAlready,
    TalkNotBegun,
    TalkNotHeld,
    VacancyClosed,
)
from referrals.models import Referral
from referrals.services import propose
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_booking,
    make_completed_booking,
    make_invitation,
    make_policy,
    make_referral,
    make_rejection,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADVISOR = Actor(key="user:1", origin="web")
WORDS = "Sevda blijft rustig als het spannend wordt."


def proposed(booking, vacancy, introduction=WORDS, now=NOW):
    return propose(booking=booking, vacancy=vacancy, introduction=introduction, actor=ADVISOR, now=now)


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about", "result", "actor"))


def test_propose_only_mails_the_candidate():
    make_policy()
    booking, vacancy = make_completed_booking(), make_vacancy(title="Medewerker recovery")

    referral = proposed(booking, vacancy, f"  {WORDS} \n")

    assert (referral.state, referral.introduction, referral.proposed_at) == ("awaiting_consent", WORDS, NOW)
    assert list(Message.objects.values_list("kind", "recipient")) == [("referral_proposal", booking.candidate.email)]
    assert trail() == [("referral.propose", f"referral:{referral.pk}", "done", "user:1")]
    booking.candidate.refresh_from_db()
    assert booking.candidate.last_contact_at == NOW


def test_propose_is_idempotent():
    booking, vacancy = make_completed_booking(), make_vacancy()

    again = [proposed(booking, vacancy) for _ in range(2)]

    assert again[0] == again[1]
    assert (Referral.objects.count(), Message.objects.count(), len(trail())) == (1, 1, 1)


def test_propose_is_possible_from_the_start_of_the_talk():
    booking = make_booking()

    referral = proposed(booking, make_vacancy(), now=TUESDAY_HALF_PAST_TEN)

    assert referral.booking == booking


def test_propose_refuses_before_the_talk_begins():
    booking = make_booking()

    with pytest.raises(TalkNotBegun):
        proposed(booking, make_vacancy(), now=TUESDAY_HALF_PAST_TEN - timedelta(seconds=1))

    assert Referral.objects.count() == 0
    assert trail() == [("referral.propose", f"booking:{booking.pk}", "talk_not_begun", "user:1")]


@pytest.mark.parametrize("fields", [{"status": "no_show"}, {"status": "cancelled", "entry": None, "cancelled_at": NOW}])
def test_propose_refuses_after_a_no_show(fields):
    booking = make_completed_booking()
    type(booking).objects.filter(pk=booking.pk).update(**fields)

    with pytest.raises(TalkNotHeld):
        proposed(booking, make_vacancy())


@pytest.mark.parametrize("status", ["filled", "withdrawn"])
def test_propose_refuses_a_vacancy_that_is_not_open(status):
    with pytest.raises(VacancyClosed):
        proposed(make_completed_booking(), make_vacancy(status=status))


def test_propose_refuses_the_vacancy_of_the_rejection():
    booking = make_completed_booking()

    with pytest.raises(AppliedAlready):
        proposed(booking, booking.invitation.application.vacancy)


def test_propose_refuses_any_vacancy_that_the_candidate_applied_for():
    booking = make_completed_booking()
    other = make_rejection(candidate=booking.candidate).application.vacancy

    with pytest.raises(AppliedAlready):
        proposed(booking, other)


def test_propose_refuses_a_vacancy_that_was_proposed_before():
    earlier = make_referral()
    rejection = make_rejection(candidate=earlier.candidate)
    second_talk = make_completed_booking(invitation=make_invitation(rejection=rejection))

    for talk, words in [(earlier.booking, "Andere woorden."), (second_talk, earlier.introduction)]:
        with pytest.raises(ProposedAlready):
            proposed(talk, earlier.vacancy, words)


def test_propose_refuses_an_empty_introduction():
    with pytest.raises(IntroductionNeeded):
        proposed(make_completed_booking(), make_vacancy(), " \n ")
