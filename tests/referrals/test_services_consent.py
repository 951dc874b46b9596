from datetime import UTC, date, datetime

import pytest

from candidates.models import Consent
from core.actors import Actor
from organisation.models import AuditEvent, User
from outbox.models import Message
from referrals.errors import ConsentGiven, ConsentMissing, IntroductionNeeded, RecruiterGone, VacancyClosed, Withdrawn
from referrals.models import Referral
from referrals.services import answer, consent, refuse, withdraw
from tests.factories import CANDIDATE, NOW, make_policy, make_referral, make_sent_referral

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
RECRUITER = Actor(key="user:2", origin="web")


def agreed(referral, introduction=None, now=NOW):
    words = referral.introduction if introduction is None else introduction
    return consent(referral=referral, introduction=words, actor=CANDIDATE, now=now)


def letters():
    return list(Message.objects.order_by("pk").values_list("kind", "recipient", "state"))


def test_consent_sends_the_introduction_to_the_recruiter():
    make_policy()
    referral = make_referral()
    recruiter = referral.vacancy.recruiter

    agreed(referral)

    referral.refresh_from_db()
    assert (referral.state, referral.consented_at, referral.is_changed_by_candidate) == ("sent", NOW, False)
    assert list(Referral.objects.visible_to(recruiter)) == [referral]
    assert letters() == [
        ("referral_introduced", recruiter.email, "queued"),
        ("referral_advisor_consented", referral.booking.advisor.user.email, "queued"),
    ]


def test_consent_is_recorded():
    referral = make_referral()

    agreed(referral)

    [kept] = Consent.objects.values("candidate", "purpose", "text_version", "language", "scope", "given_at")
    assert kept == {
        "candidate": referral.candidate.pk,
        "purpose": "referral",
        "text_version": "referral-2026-11",
        "language": "nl",
        "scope": f"referral:{referral.pk}",
        "given_at": NOW,
    }
    assert [event.action for event in AuditEvent.objects.all()] == ["referral.consent"]


@pytest.mark.parametrize(
    ("moment", "answer_by"),
    [
        (NOW, date(2026, 11, 30)),
        (datetime(2026, 12, 21, 10, tzinfo=UTC), date(2026, 12, 29)),  # Christmas on a Friday and a Saturday
        (datetime(2027, 4, 23, 10, tzinfo=UTC), date(2027, 5, 3)),  # King's Day on a Tuesday
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), date(2026, 12, 1)),  # it is Tuesday already in Amsterdam
    ],
)
def test_the_recruiter_has_five_working_days(moment, answer_by):
    referral = agreed(make_referral(), now=moment)

    assert referral.answer_by == answer_by


def test_policy_sets_the_number_of_working_days():
    make_policy(timetable={"recruiter_answer_days": 3})

    assert agreed(make_referral()).answer_by == date(2026, 11, 26)


def test_the_candidate_may_change_the_text():
    referral = agreed(make_referral(), "  Ik blijf rustig.\r\nEn ik leer graag. ")

    assert (referral.introduction, referral.is_changed_by_candidate) == ("Ik blijf rustig.\nEn ik leer graag.", True)


def test_consent_is_idempotent():
    referral = make_referral()

    for _ in range(2):
        agreed(referral)

    assert (Consent.objects.count(), Message.objects.count()) == (1, 2)


def test_consent_refuses_another_text_after_consent():
    referral = agreed(make_referral())

    with pytest.raises(ConsentGiven):
        agreed(referral, "Toch anders.")


def test_consent_refuses_a_vacancy_that_closed_meanwhile():
    referral = make_referral()
    type(referral.vacancy).objects.update(status="filled")

    with pytest.raises(VacancyClosed):
        agreed(referral)

    assert (Consent.objects.count(), Message.objects.count()) == (0, 0)
    assert [event.result for event in AuditEvent.objects.all()] == ["vacancy_closed"]


def test_consent_refuses_an_empty_text():
    with pytest.raises(IntroductionNeeded):
        agreed(make_referral(), "  ")


def test_consent_refuses_after_a_withdrawal():
    referral = withdraw(referral=make_sent_referral(), actor=CANDIDATE, now=NOW)

    with pytest.raises(Withdrawn):
        agreed(referral)


def test_refuse_mails_the_advisor_and_not_the_recruiter():
    referral = make_referral()

    for _ in range(2):
        refuse(referral=referral, actor=CANDIDATE, now=NOW)

    referral.refresh_from_db()
    assert (referral.state, referral.refused_at) == ("refused", NOW)
    assert letters() == [("referral_advisor_refused", referral.booking.advisor.user.email, "queued")]
    assert not Referral.objects.visible_to(referral.vacancy.recruiter).exists()


def test_the_candidate_may_consent_after_a_refusal():
    referral = refuse(referral=make_referral(), actor=CANDIDATE, now=NOW)

    agreed(referral)

    referral.refresh_from_db()
    assert (referral.state, referral.refused_at) == ("sent", None)


def test_refuse_is_refused_after_consent():
    referral = make_sent_referral()

    with pytest.raises(ConsentGiven):
        refuse(referral=referral, actor=CANDIDATE, now=NOW)


def test_withdraw_hides_everything_from_the_recruiter():
    referral = agreed(make_referral())
    recruiter = referral.vacancy.recruiter

    for _ in range(2):
        withdraw(referral=referral, actor=CANDIDATE, now=NOW)

    referral.refresh_from_db()
    assert (referral.state, referral.withdrawn_at) == ("withdrawn", NOW)
    assert not Referral.objects.visible_to(recruiter).exists()
    assert list(Referral.objects.visible_to(referral.booking.advisor.user)) == [referral]
    assert Consent.objects.get().withdrawn_at == NOW
    assert letters() == [
        ("referral_introduced", recruiter.email, "suppressed"),
        ("referral_advisor_consented", referral.booking.advisor.user.email, "queued"),
        ("referral_advisor_withdrawn", referral.booking.advisor.user.email, "queued"),
        ("referral_recruiter_withdrawn", recruiter.email, "queued"),
    ]


def test_withdraw_after_the_answer_hides_the_person_and_keeps_the_answer():
    referral = make_sent_referral()
    answer(referral=referral, accepts=False, reason="De plek is vergeven.", actor=RECRUITER, now=NOW)

    withdraw(referral=referral, actor=CANDIDATE, now=NOW)

    referral.refresh_from_db()
    assert (referral.state, referral.withdrawn_at) == ("declined", NOW)
    assert not Referral.objects.visible_to(referral.vacancy.recruiter).exists()
    assert not Message.objects.filter(kind__endswith="_withdrawn").exists()


def test_withdraw_refuses_without_consent():
    with pytest.raises(ConsentMissing):
        withdraw(referral=make_referral(), actor=CANDIDATE, now=NOW)


@pytest.mark.parametrize("is_active", [True, False])
def test_consent_refuses_when_the_recruiter_is_gone(is_active):
    referral = make_referral()
    leave(referral.vacancy.recruiter, is_active=is_active)

    with pytest.raises(RecruiterGone):
        agreed(referral)

    referral.refresh_from_db()
    assert (referral.state, letters()) == ("awaiting_consent", [])


def leave(user, *, is_active):
    """Remove the recruiter's role or account."""
    if is_active:
        user.grants.all().delete()
    User.objects.filter(pk=user.pk).update(is_active=is_active)
