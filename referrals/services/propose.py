"""Proposal of a vacancy by an advisor. The candidate is asked first; the recruiter hears nothing yet."""

from datetime import datetime

from django.db import transaction

from bookings.models import Booking
from candidates.contact import record_contact
from candidates.models import Candidate
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from referrals import notifications
from referrals.errors import AppliedAlready, IntroductionNeeded, ProposedAlready, RecruiterGone, VacancyClosed
from referrals.models import Referral
from referrals.queries import check_talk_took_place
from vacancies.models import Vacancy


def propose(*, booking: Booking, vacancy: Vacancy, introduction: str, actor: Actor, now: datetime) -> Referral:
    """Propose another vacancy to the candidate of this talk. Idempotent.

    Raises TalkNotBegun, TalkNotHeld, IntroductionNeeded, VacancyClosed, RecruiterGone, AppliedAlready, ProposedAlready.
    """
    with audit.record_refusals("referral.propose", booking, actor=actor, now=now):
        return _propose(booking, vacancy, introduction.strip(), actor, now)


@transaction.atomic
def _propose(booking: Booking, vacancy: Vacancy, introduction: str, actor: Actor, now: datetime) -> Referral:
    candidate = Candidate.objects.select_for_update(no_key=True).get(pk=booking.candidate.pk)
    check_talk_took_place(Booking.objects.get(pk=booking.pk), now=now)
    if not introduction:
        raise IntroductionNeeded
    if earlier := Referral.objects.of_candidate(candidate).filter(vacancy=vacancy).first():
        return _same_or_refuse(earlier, booking, introduction)
    _check_vacancy(vacancy, candidate)
    referral = Referral.objects.create(booking=booking, vacancy=vacancy, introduction=introduction, proposed_at=now)
    record_contact(candidate, now=now)
    audit.record("referral.propose", referral, actor=actor, now=now)
    outbox.post(notifications.proposal(referral, Policy.objects.current()), now=now)
    return referral


def _same_or_refuse(earlier: Referral, booking: Booking, introduction: str) -> Referral:
    if earlier.booking_id == booking.pk and earlier.introduction == introduction:
        return earlier
    raise ProposedAlready


def _check_vacancy(vacancy: Vacancy, candidate: Candidate) -> None:
    if not Vacancy.objects.open().filter(pk=vacancy.pk).exists():
        raise VacancyClosed
    if not Vacancy.objects.with_active_recruiter().filter(pk=vacancy.pk).exists():
        raise RecruiterGone
    if candidate.applications.filter(vacancy=vacancy).exists():
        raise AppliedAlready
