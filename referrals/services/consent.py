"""Decision of the candidate on a referral. Only consent sends the introduction to the recruiter."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from candidates.contact import give_consent, record_contact
from candidates.models import Consent
from core.actors import Actor, object_key
from core.working_days import add_working_days
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from referrals import notifications
from referrals.errors import ConsentGiven, ConsentMissing, IntroductionNeeded, RecruiterGone, VacancyClosed, Withdrawn
from referrals.models import Referral
from vacancies.models import Vacancy

CONSENT_VERSION = "referral-2026-11"
WITH_RECRUITER = {Referral.State.SENT, Referral.State.ACCEPTED}


def consent(*, referral: Referral, introduction: str, actor: Actor, now: datetime) -> Referral:
    """Consent to this introduction, also after an earlier refusal. The recruiter may read it from now on.

    Raises IntroductionNeeded, Withdrawn, VacancyClosed, RecruiterGone; ConsentGiven after consent to another text.
    """
    with audit.record_refusals("referral.consent", referral, actor=actor, now=now):
        return _consent(referral, introduction.replace("\r\n", "\n").strip(), actor, now)


@transaction.atomic
def _consent(referral: Referral, introduction: str, actor: Actor, now: datetime) -> Referral:
    referral = _locked(referral)
    if referral.withdrawn_at:
        raise Withdrawn
    if referral.consented_at:
        return _same_or_refuse(referral, introduction)
    if not introduction:
        raise IntroductionNeeded
    if referral.vacancy.status != Vacancy.Status.OPEN:
        raise VacancyClosed
    if not Vacancy.objects.with_active_recruiter().filter(pk=referral.vacancy_id).exists():
        raise RecruiterGone
    policy = Policy.objects.current()
    _mark_sent(referral, introduction, policy, now)
    _store_consent(referral, now)
    record_contact(referral.candidate, now=now)
    audit.record("referral.consent", referral, actor=actor, now=now)
    outbox.post(notifications.introduced(referral, policy), notifications.consented(referral, policy), now=now)
    return referral


def refuse(*, referral: Referral, actor: Actor, now: datetime) -> Referral:
    """Refuse the referral, without a reason. Idempotent. Raises ConsentGiven."""
    with audit.record_refusals("referral.refuse", referral, actor=actor, now=now):
        return _refuse(referral, actor, now)


@transaction.atomic
def _refuse(referral: Referral, actor: Actor, now: datetime) -> Referral:
    referral = _locked(referral)
    if referral.consented_at:
        raise ConsentGiven
    if referral.state == Referral.State.REFUSED:
        return referral
    referral.state, referral.refused_at = Referral.State.REFUSED, now
    referral.save(update_fields=["state", "refused_at"])
    record_contact(referral.candidate, now=now)
    audit.record("referral.refuse", referral, actor=actor, now=now)
    outbox.post(notifications.refused(referral, Policy.objects.current()), now=now)
    return referral


def withdraw(*, referral: Referral, actor: Actor, now: datetime) -> Referral:
    """Withdraw the consent (GDPR art. 7.3); the recruiter can no longer see the referral.

    Only an open referral gets the state withdrawn; an earlier answer stays. Raises ConsentMissing.
    """
    with audit.record_refusals("referral.withdraw", referral, actor=actor, now=now):
        return _withdraw(referral, actor, now)


@transaction.atomic
def _withdraw(referral: Referral, actor: Actor, now: datetime) -> Referral:
    referral = _locked(referral)
    if not referral.consented_at:
        raise ConsentMissing
    if referral.withdrawn_at:
        return referral
    was_running = referral.state in WITH_RECRUITER
    referral.withdrawn_at = now
    referral.state = Referral.State.WITHDRAWN if was_running else referral.state
    referral.save(update_fields=["state", "withdrawn_at"])
    scope = object_key(referral)
    Consent.objects.filter(purpose=Consent.Purpose.REFERRAL, scope=scope).update(withdrawn_at=now)
    record_contact(referral.candidate, now=now)
    audit.record("referral.withdraw", referral, actor=actor, now=now)
    outbox.withdraw(about=scope, now=now, kinds=["referral_introduced", "referral_reminder"])
    if was_running:
        outbox.post(*notifications.withdrawn(referral, Policy.objects.current()), now=now)
    return referral


def _locked(referral: Referral) -> Referral:
    return Referral.objects.select_for_update(no_key=True, of=("self",)).with_people().get(pk=referral.pk)


def _same_or_refuse(referral: Referral, introduction: str) -> Referral:
    """Accept the same text again, as a double click does; refuse another text. Raises ConsentGiven."""
    if referral.introduction == introduction:
        return referral
    raise ConsentGiven


def _mark_sent(referral: Referral, introduction: str, policy: Policy, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    referral.is_changed_by_candidate = introduction != referral.introduction
    referral.introduction = introduction
    referral.state = Referral.State.SENT
    referral.consented_at, referral.refused_at = now, None
    referral.answer_by = add_working_days(today, policy.times.recruiter_answer_days, policy.times.closed_days)
    referral.save()


def _store_consent(referral: Referral, now: datetime) -> None:
    give_consent(
        candidate=referral.candidate,
        purpose=Consent.Purpose.REFERRAL,
        text_version=CONSENT_VERSION,
        language=referral.candidate.language,
        scope=object_key(referral),
        now=now,
    )
