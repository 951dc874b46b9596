"""Overview of how bookings are divided among advisors: numbers and reasons, no candidates."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from advisors.availability.queries import advisor_calendars_for
from advisors.availability.slots import SlotQuery
from advisors.models import Advisor
from bookings.assignment.fairness import Workload, fair_shares, window_around
from bookings.assignment.reasons import reasons_of
from bookings.assignment.workload import workloads_of
from bookings.models import Booking
from core.timezones import EMPLOYER_ZONE
from organisation.models import Policy

LATEST = 20


@dataclass(frozen=True, kw_only=True)
class AdvisorShare:
    name: str
    workload: Workload
    fair: float

    @property
    def open_hours(self) -> float:
        return round(self.workload.open_minutes / 60, 1)


@dataclass(frozen=True, kw_only=True)
class AssignedBooking:
    booking: Booking
    reason: str


@dataclass(frozen=True, kw_only=True)
class AssignmentOverview:
    first: date
    last: date
    shares: list[AdvisorShare]
    assigned: list[AssignedBooking]  # latest first; only bookings with a stored reason


def assignment_overview(*, policy: Policy, now: datetime) -> AssignmentOverview:
    """Overview of all active advisors and the latest assignments, in at most six statements."""
    first, last = window_around(now.astimezone(EMPLOYER_ZONE).date(), days=policy.share_window_days)
    named = advisor_calendars_for(Advisor.objects.active(), SlotQuery(earliest=now, latest=now), policy=policy)
    loads = workloads_of([one.calendar for one in named], first, last, policy=policy)
    fair = fair_shares(loads)
    shares = [
        AdvisorShare(name=one.name, workload=load, fair=fair[load.advisor_id])
        for one, load in zip(named, loads, strict=True)
    ]
    return AssignmentOverview(
        first=first, last=last, shares=sorted(shares, key=lambda share: share.name), assigned=_assigned(_latest())
    )


def _latest() -> QuerySet[Booking]:
    """Latest bookings by key, which is the order of booking and needs no sort of the whole table."""
    return Booking.objects.select_related("advisor__user").order_by("-pk")[:LATEST]


def _assigned(bookings: QuerySet[Booking]) -> list[AssignedBooking]:
    found = [booking for booking in bookings if booking.chosen_because]
    reasons = reasons_of(found)
    return [AssignedBooking(booking=booking, reason=reasons[booking.pk]) for booking in found]
