"""Races between the candidate and the recruiter: the first one wins, and the data stays consistent."""

from functools import partial

import pytest

from candidates.models import Consent
from core.actors import Actor
from outbox.models import Message
from referrals.errors import AnsweredAlready, ConsentGiven, ConsentMissing, Withdrawn
from referrals.models import Referral
from referrals.services import answer, consent, propose, refuse, withdraw
from tests.factories import (
    CANDIDATE,
    NOW,
    make_completed_booking,
    make_policy,
    make_referral,
    make_sent_referral,
    make_vacancy,
)
from tests.races import run_concurrently

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]
STAFF = Actor(key="user:2", origin="web")
PAIRS = 16


def kinds_about(referral):
    return sorted(Message.objects.filter(about=f"referral:{referral.pk}").values_list("kind", flat=True))


def test_a_concurrent_withdrawal_and_answer_leave_a_consistent_state():
    make_policy()
    referrals = [make_sent_referral() for _ in range(PAIRS)]
    calls = [
        call
        for one in referrals
        for call in (
            partial(withdraw, referral=one, actor=CANDIDATE, now=NOW),
            partial(answer, referral=one, accepts=False, reason="De plek is vergeven.", actor=STAFF, now=NOW),
        )
    ]

    answers = run_concurrently(calls, threads=2 * PAIRS)

    for number, referral in enumerate(referrals):
        referral.refresh_from_db()
        answered = answers[2 * number + 1]
        assert referral.withdrawn_at == NOW
        if isinstance(answered, Withdrawn):
            assert referral.state == "withdrawn"
            assert kinds_about(referral) == ["referral_advisor_withdrawn", "referral_recruiter_withdrawn"]
        else:
            assert (answered.pk, referral.state) == (referral.pk, "declined")
            assert kinds_about(referral) == ["referral_advisor_answered", "referral_declined"]


def test_a_concurrent_consent_and_refusal_leave_one_of_both():
    make_policy()
    referrals = [make_referral() for _ in range(PAIRS)]
    calls = [
        call
        for one in referrals
        for call in (
            partial(consent, referral=one, introduction=one.introduction, actor=CANDIDATE, now=NOW),
            partial(refuse, referral=one, actor=CANDIDATE, now=NOW),
        )
    ]

    answers = run_concurrently(calls, threads=2 * PAIRS)

    assert {type(answer) for answer in answers} <= {Referral, ConsentGiven}
    assert set(Referral.objects.values_list("state", flat=True)) == {"sent"}  # a no may be followed by a yes
    assert Consent.objects.count() == PAIRS


def test_an_answer_before_consent_is_impossible():
    make_policy()
    referrals = [make_referral() for _ in range(PAIRS)]
    calls = [
        call
        for one in referrals
        for call in (
            partial(consent, referral=one, introduction=one.introduction, actor=CANDIDATE, now=NOW),
            partial(answer, referral=one, accepts=True, actor=STAFF, now=NOW),
        )
    ]

    answers = run_concurrently(calls, threads=2 * PAIRS)

    assert {type(one) for one in answers[1::2]} <= {Referral, ConsentMissing}
    assert Referral.objects.filter(consented_at=NOW).count() == PAIRS


def test_double_submissions_are_processed_once():
    make_policy()
    booking, vacancy = make_completed_booking(), make_vacancy()
    words = "Sevda blijft rustig."

    run_concurrently(
        [partial(propose, booking=booking, vacancy=vacancy, introduction=words, actor=STAFF, now=NOW)] * 8, threads=8
    )
    referral = Referral.objects.get()
    run_concurrently([partial(consent, referral=referral, introduction=words, actor=CANDIDATE, now=NOW)] * 8, threads=8)
    answers = run_concurrently(
        [
            partial(answer, referral=referral, accepts=number % 2 == 0, reason="Nee.", actor=STAFF, now=NOW)
            for number in range(8)
        ],
        threads=8,
    )

    assert {type(one) for one in answers} == {Referral, AnsweredAlready}
    assert Message.objects.count() == 1 + 2 + 2
    assert Consent.objects.count() == 1
