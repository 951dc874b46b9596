"""The day on which a candidate is erased, and what keeps them until then. The rule stands here only.

Every period counts from a date that the product knows itself: a rejection, the last contact, a vacancy that closed, the
end of a planned talk. Nothing waits for a field that somebody has to fill in.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, DateField, F, Max, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from bookings.models import Booking, Invitation
from candidates.models import Application, Candidate
from referrals.models import Referral
from vacancies.models import Vacancy

KeptBy = Candidate.KeptBy
RUNNING_REFERRALS = (Referral.State.AWAITING_CONSENT, Referral.State.SENT, Referral.State.ACCEPTED)
BEFORE_ALL = Value(date(1970, 1, 1), output_field=DateField())
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Erasure:
    """Day of erasure, and what lasts longest of all that keeps the candidate."""

    on: date
    kept_by: Candidate.KeptBy


def with_facts() -> QuerySet[Candidate, Any]:
    """Candidates with the times from which the day of erasure follows, each None when there is none."""
    of_candidate = Application.objects.filter(candidate=OuterRef("pk"))
    invitations = Invitation.objects.filter(application__candidate=OuterRef("pk"), withdrawn_at__isnull=True)
    talks = Booking.objects.booked().filter(invitation__application__candidate=OuterRef("pk"))
    referrals = Referral.objects.filter(
        booking__invitation__application__candidate=OuterRef("pk"), state__in=RUNNING_REFERRALS
    )
    answer_by = Case(When(state=Referral.State.SENT, then=F("answer_by")))
    return Candidate.objects.annotate(
        rejected_at=_latest(of_candidate, "candidate", "rejection__created_at"),
        vacancy_ends_on=_latest(of_candidate, "candidate", _procedure_end()),
        open_until=_latest(invitations, "application__candidate", "open_until"),
        talk_ends_at=_latest(talks, "invitation__application__candidate", "ends_at"),
        referral_ends_on=_latest(
            referrals,
            "booking__invitation__application__candidate",
            Greatest(Coalesce(answer_by, BEFORE_ALL), Coalesce(_procedure_end(), BEFORE_ALL)),
        ),
    ).order_by("pk")


def _latest(rows: QuerySet[Any, Any], candidate: str, value: Any) -> Subquery:
    """Latest value among the rows of one candidate."""
    return Subquery(rows.order_by().values(candidate).annotate(latest=Max(value)).values("latest"))


def _procedure_end() -> Case:
    """Last day of a vacancy's procedure: as it was recorded, or else the closing date while it is open.

    None where nothing closes it: the procedure then ends for each candidate with their own rejection or last contact,
    or a vacancy that is always open would keep everybody.
    """
    return Case(
        When(vacancy__procedure_ended_on__isnull=False, then=F("vacancy__procedure_ended_on")),
        When(vacancy__status=Vacancy.Status.OPEN, then=F("vacancy__closes_on")),
        output_field=DateField(),
    )


def erasure_of(candidate: Any, *, days: int) -> Erasure:
    """Erasure of a candidate from `with_facts`, `days` after the last of what happened."""
    contacts = (candidate.created_at, candidate.last_contact_at, candidate.rejected_at)
    period = timedelta(days=days)
    ends = [
        (_day(max(at for at in contacts if at)) + period, KeptBy.CONTACT),
        (_day(candidate.talk_ends_at) + period, KeptBy.TALK),
        (_day(candidate.referral_ends_on) + period, KeptBy.REFERRAL),
        (_day(candidate.vacancy_ends_on) + period, KeptBy.VACANCY),
        (_day(candidate.open_until) + ONE_DAY, KeptBy.INVITATION),
    ]
    on, kept_by = max(ends, key=lambda end: end[0])  # of equal days the first
    return Erasure(on, kept_by)


def _day(at: date | datetime | None) -> date:
    if at is None:
        return date(1970, 1, 1)
    return timezone.localdate(at) if isinstance(at, datetime) else at


def store_erasures(candidates: list[Any], *, days: int) -> list[Erasure]:
    """Store the day of erasure of these candidates from `with_facts`, and return it for each."""
    found = [erasure_of(candidate, days=days) for candidate in candidates]
    changed: dict[Erasure, list[int]] = defaultdict(list)
    for candidate, erasure in zip(candidates, found, strict=True):
        if (candidate.erase_on, candidate.kept_by) != (erasure.on, erasure.kept_by):
            changed[erasure].append(candidate.pk)
    for erasure, keys in changed.items():
        Candidate.objects.filter(pk__in=keys).update(erase_on=erasure.on, kept_by=erasure.kept_by)
    return found
