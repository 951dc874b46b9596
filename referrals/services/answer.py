"""Answer of the recruiter to a referral, and its outcome."""

from datetime import datetime

from django.db import transaction

from candidates.contact import record_contact
from core.actors import Actor, object_key
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from referrals import notifications
from referrals.errors import (
    AnsweredAlready,
    ConsentMissing,
    NotAccepted,
    OutcomeRecorded,
    ReasonNeeded,
    VacancyClosed,
    Withdrawn,
)
from referrals.models import Referral
from vacancies.models import Vacancy


def answer(*, referral: Referral, accepts: bool, actor: Actor, now: datetime, reason: str = "") -> Referral:
    """Accept or decline the referral; declining needs a reason. Idempotent.

    Raises ConsentMissing, Withdrawn, AnsweredAlready, ReasonNeeded; VacancyClosed when accepting.
    """
    with audit.record_refusals("referral.answer", referral, actor=actor, now=now):
        return _answer(referral, accepts, "" if accepts else reason.replace("\r\n", "\n").strip(), actor, now)


@transaction.atomic
def _answer(referral: Referral, accepts: bool, reason: str, actor: Actor, now: datetime) -> Referral:
    referral = _locked(referral)
    wanted = Referral.State.ACCEPTED if accepts else Referral.State.DECLINED
    if referral.state == wanted and referral.answer_reason == reason:
        return referral
    if referral.state != Referral.State.SENT:
        raise AnsweredAlready
    if not accepts and not reason:
        raise ReasonNeeded
    if accepts and referral.vacancy.status != Vacancy.Status.OPEN:
        raise VacancyClosed
    referral.state, referral.answer_reason, referral.answered_at = wanted, reason, now
    referral.save(update_fields=["state", "answer_reason", "answered_at"])
    record_contact(referral.candidate, now=now)
    audit.record("referral.answer", referral, actor=actor, now=now)
    outbox.withdraw(about=object_key(referral), now=now, kinds=["referral_introduced", "referral_reminder"])
    outbox.post(*notifications.answered(referral, Policy.objects.current()), now=now)
    return referral


def record_outcome(*, referral: Referral, outcome: Referral.Outcome, actor: Actor, now: datetime) -> Referral:
    """Record the outcome. An interview may be followed by another outcome; every other outcome closes the referral.

    Raises ConsentMissing, Withdrawn, NotAccepted, OutcomeRecorded.
    """
    with audit.record_refusals("referral.record_outcome", referral, actor=actor, now=now):
        return _record_outcome(referral, outcome, actor, now)


@transaction.atomic
def _record_outcome(referral: Referral, outcome: Referral.Outcome, actor: Actor, now: datetime) -> Referral:
    referral = _locked(referral)
    if referral.outcome == outcome:
        return referral
    if referral.state == Referral.State.CLOSED:
        raise OutcomeRecorded
    if referral.state != Referral.State.ACCEPTED:
        raise NotAccepted
    referral.outcome, referral.outcome_at = outcome, now
    if outcome != Referral.Outcome.INTERVIEW:
        referral.state = Referral.State.CLOSED
    referral.save(update_fields=["state", "outcome", "outcome_at"])
    record_contact(referral.candidate, now=now)
    audit.record("referral.record_outcome", referral, actor=actor, now=now)
    outbox.post(*notifications.outcome(referral, Policy.objects.current()), now=now)
    return referral


def _locked(referral: Referral) -> Referral:
    """Locked referral. Refuses without the candidate's consent and after a withdrawal."""
    referral = Referral.objects.select_for_update(no_key=True, of=("self",)).with_people().get(pk=referral.pk)
    if referral.withdrawn_at:
        raise Withdrawn
    if not referral.consented_at:
        raise ConsentMissing
    return referral
