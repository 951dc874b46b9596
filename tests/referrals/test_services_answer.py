import pytest

from core.actors import Actor
from organisation.models import AuditEvent
from outbox.models import Message
from referrals.errors import (
    AnsweredAlready,
    ConsentMissing,
    NotAccepted,
    OutcomeRecorded,
    ReasonNeeded,
    VacancyClosed,
    Withdrawn,
)
from referrals.services import answer, record_outcome, withdraw
from tests.factories import CANDIDATE, NOW, make_policy, make_referral, make_sent_referral

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
RECRUITER = Actor(key="user:2", origin="web")


def accepted(referral=None):
    return answer(referral=referral or make_sent_referral(), accepts=True, actor=RECRUITER, now=NOW)


def declined(referral, reason="De plek is net vergeven."):
    return answer(referral=referral, accepts=False, reason=reason, actor=RECRUITER, now=NOW)


def came_of(referral, outcome):
    return record_outcome(referral=referral, outcome=outcome, actor=RECRUITER, now=NOW)


def kinds():
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_accept_tells_candidate_and_advisor():
    make_policy()
    referral = make_sent_referral()

    for _ in range(2):
        accepted(referral)

    referral.refresh_from_db()
    assert (referral.state, referral.answered_at, referral.answer_reason) == ("accepted", NOW, "")
    assert kinds() == ["referral_accepted", "referral_advisor_answered"]
    assert [event.action for event in AuditEvent.objects.all()] == ["referral.answer"]


def test_decline_gives_a_reason_that_the_candidate_may_read():
    referral = make_sent_referral()

    for _ in range(2):
        declined(referral)

    referral.refresh_from_db()
    assert (referral.state, referral.answer_reason) == ("declined", "De plek is net vergeven.")
    assert kinds() == ["referral_declined", "referral_advisor_answered"]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_decline_refuses_without_a_reason(reason):
    referral = make_sent_referral()

    with pytest.raises(ReasonNeeded):
        declined(referral, reason)

    assert kinds() == []
    assert [event.result for event in AuditEvent.objects.all()] == ["reason_needed"]


def test_answer_refuses_before_consent():
    referral = make_referral()

    with pytest.raises(ConsentMissing):
        accepted(referral)


def test_answer_refuses_another_answer_later():
    referral = accepted()

    with pytest.raises(AnsweredAlready):
        declined(referral)


def test_answer_refuses_after_a_withdrawal():
    referral = withdraw(referral=make_sent_referral(), actor=CANDIDATE, now=NOW)

    with pytest.raises(Withdrawn):
        accepted(referral)


def test_a_closed_vacancy_can_be_declined_but_not_accepted():
    referral = make_sent_referral()
    type(referral.vacancy).objects.update(status="filled")

    with pytest.raises(VacancyClosed):
        accepted(referral)

    assert declined(referral).state == "declined"


@pytest.mark.parametrize("outcome", ["hired", "rejected", "withdrawn", "not_suitable"])
def test_an_outcome_closes_the_referral(outcome):
    referral = accepted()

    for _ in range(2):
        came_of(referral, outcome)

    referral.refresh_from_db()
    assert (referral.state, referral.outcome, referral.outcome_at) == ("closed", outcome, NOW)
    assert kinds()[2:] == ["referral_outcome", "referral_advisor_outcome"]


def test_an_interview_may_be_followed_by_another_outcome():
    referral = came_of(accepted(), "interview")

    came_of(referral, "hired")

    referral.refresh_from_db()
    assert (referral.state, referral.outcome) == ("closed", "hired")
    assert kinds()[2:] == ["referral_outcome", "referral_advisor_outcome"] * 2


def test_record_outcome_refuses_a_second_outcome():
    referral = came_of(accepted(), "hired")

    with pytest.raises(OutcomeRecorded):
        came_of(referral, "rejected")


def test_record_outcome_refuses_before_acceptance():
    for referral in [make_sent_referral(), declined(make_sent_referral())]:
        with pytest.raises(NotAccepted):
            came_of(referral, "hired")


def test_record_outcome_refuses_after_a_withdrawal():
    referral = withdraw(referral=accepted(), actor=CANDIDATE, now=NOW)

    with pytest.raises(Withdrawn):
        came_of(referral, "hired")
