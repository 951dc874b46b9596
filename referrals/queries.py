"""Reads that more than one door needs."""

from datetime import datetime

from django.db.models import QuerySet

from bookings.models import Booking
from organisation.models import User
from referrals.errors import TalkNotBegun, TalkNotHeld
from referrals.models import Referral
from vacancies.models import Vacancy


def refuse_unless_held(booking: Booking, *, now: datetime) -> None:
    """From the start of the talk on can be referred. Raises TalkNotBegun, TalkNotHeld."""
    if booking.status == Booking.Status.COMPLETED:
        return
    if booking.status != Booking.Status.BOOKED:
        raise TalkNotHeld
    if now < booking.starts_at:
        raise TalkNotBegun


def vacancies_for(booking: Booking) -> QuerySet[Vacancy]:
    """What can be proposed: open, with a recruiter who is there, and never applied for or offered before."""
    candidate = booking.candidate
    other = Vacancy.objects.open().staffed().exclude(applications__candidate=candidate)
    other = other.exclude(referrals__booking__invitation__application__candidate=candidate)
    return other.select_related("department").prefetch_related("requirements").order_by("department__name", "title")


def waiting_for(user: User) -> QuerySet[Referral]:
    """What this recruiter has to answer, the earliest day first."""
    return Referral.objects.addressed_to(user).waiting().with_people().order_by("answer_by", "pk")


def answered_by(user: User) -> QuerySet[Referral]:
    answered = Referral.objects.addressed_to(user).exclude(state=Referral.State.SENT)
    return answered.with_people().order_by("-answered_at", "-pk")


def proposed_by(user: User) -> QuerySet[Referral]:
    return Referral.objects.proposed_by(user).with_people()
