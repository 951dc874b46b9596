"""The candidate decides; only a yes brings the introduction to the recruiter."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from candidates.contact import give_consent, touch
from candidates.models import Consent
from core.actors import Actor, key_of
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
    """The candidate says yes to these words, also after an earlier no; from now on the recruiter may read them.

    Raises IntroductionNeeded, Withdrawn, VacancyClosed, RecruiterGone, and ConsentGiven when other words were agreed
    to before.
    """
    with audit.refusals_recorded("referral.consent", referral, actor=actor, now=now):
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
    if not Vacancy.objects.staffed().filter(pk=referral.vacancy_id).exists():
        raise RecruiterGone
    policy = Policy.objects.current()
    _mark_sent(referral, introduction, policy, now)
    _keep_consent(referral, now)
    touch(referral.candidate, now=now)
    audit.record("referral.consent", referral, actor=actor, now=now)
    outbox.post(notifications.introduced(referral, policy), notifications.consented(referral, policy), now=now)
    return referral


def refuse(*, referral: Referral, actor: Actor, now: datetime) -> Referral:
    """The candidate says no, and need not say why; twice is the same as once. Raises ConsentGiven."""
    with audit.refusals_recorded("referral.refuse", referral, actor=actor, now=now):
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
    touch(referral.candidate, now=now)
    audit.record("referral.refuse", referral, actor=actor, now=now)
    outbox.post(notifications.refused(referral, Policy.objects.current()), now=now)
    return referral


def withdraw(*, referral: Referral, actor: Actor, now: datetime) -> Referral:
    """The candidate takes the yes back (GDPR art. 7.3); the recruiter sees nothing of it any more.

    What was decided before stays a fact: only a referral that was still running becomes withdrawn.
    Raises ConsentMissing.
    """
    with audit.refusals_recorded("referral.withdraw", referral, actor=actor, now=now):
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
    scope = key_of(referral)
    Consent.objects.filter(purpose=Consent.Purpose.REFERRAL, scope=scope).update(withdrawn_at=now)
    touch(referral.candidate, now=now)
    audit.record("referral.withdraw", referral, actor=actor, now=now)
    outbox.withdraw(about=scope, now=now, kinds=["referral_introduced", "referral_reminder"])
    if was_running:
        outbox.post(*notifications.withdrawn(referral, Policy.objects.current()), now=now)
    return referral


def _locked(referral: Referral) -> Referral:
    return Referral.objects.select_for_update(no_key=True, of=("self",)).with_people().get(pk=referral.pk)


def _same_or_refuse(referral: Referral, introduction: str) -> Referral:
    """A double click gets what was agreed; other words come too late."""
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


def _keep_consent(referral: Referral, now: datetime) -> None:
    give_consent(
        candidate=referral.candidate,
        purpose=Consent.Purpose.REFERRAL,
        text_version=CONSENT_VERSION,
        language=referral.candidate.language,
        scope=key_of(referral),
        now=now,
    )
