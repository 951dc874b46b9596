"""Queries on referrals, and the check that a talk took place."""

from datetime import datetime

from django.db.models import Q, QuerySet

from bookings.models import Booking
from organisation.models import User
from referrals.errors import TalkNotBegun, TalkNotHeld
from referrals.models import Referral
from vacancies.models import Vacancy


def check_talk_took_place(booking: Booking, *, now: datetime) -> None:
    """Refuse before the start of the talk and after a cancelled or missed one. Raises TalkNotBegun, TalkNotHeld."""
    if booking.status == Booking.Status.COMPLETED:
        return
    if booking.status != Booking.Status.BOOKED:
        raise TalkNotHeld
    if now < booking.starts_at:
        raise TalkNotBegun


def vacancies_for(booking: Booking) -> QuerySet[Vacancy]:
    """Open, staffed vacancies that the candidate neither applied for nor was proposed for."""
    candidate = booking.candidate
    other = Vacancy.objects.open().with_active_recruiter().exclude(applications__candidate=candidate)
    other = other.exclude(referrals__booking__invitation__application__candidate=candidate)
    return (
        other.select_related("department").prefetch_related("requirements").order_by("department__name", "title", "pk")
    )


def with_words(vacancies: QuerySet[Vacancy], text: str) -> QuerySet[Vacancy]:
    """Vacancies with each of these words in the title, department, summary or number."""
    for word in text.split():
        named = Q(title__icontains=word) | Q(department__name__icontains=word)
        vacancies = vacancies.filter(named | Q(summary__icontains=word) | Q(external_id__icontains=word))
    return vacancies


def waiting_for(user: User) -> QuerySet[Referral]:
    """Referrals that this recruiter must answer, earliest date first."""
    return Referral.objects.addressed_to(user).waiting().with_people().order_by("answer_by", "pk")


def answered_by(user: User) -> QuerySet[Referral]:
    answered = Referral.objects.addressed_to(user).exclude(state=Referral.State.SENT)
    return answered.with_people().order_by("-answered_at", "-pk")


def proposed_by(user: User) -> QuerySet[Referral]:
    return Referral.objects.proposed_by(user).with_people()
