"""How the talks are shared out at this moment, for who answers for it: numbers and reasons, no candidate."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from advisors.availability.queries import diaries_of
from advisors.availability.slots import Question
from advisors.models import Advisor
from bookings.assignment.fairness import Load, fair_shares, window_around
from bookings.assignment.reasons import reasons_of
from bookings.assignment.workload import ZONE, loads_of
from bookings.models import Booking
from organisation.models import Policy

LATEST = 50


@dataclass(frozen=True, kw_only=True)
class Share:
    name: str
    load: Load
    fair: float

    @property
    def open_hours(self) -> float:
        return round(self.load.open_minutes / 60, 1)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    booking: Booking
    reason: str


@dataclass(frozen=True, kw_only=True)
class Sharing:
    first: date
    last: date
    shares: list[Share]
    chosen: list[Chosen]  # the latest first, from when reasons were kept


def sharing_of(*, policy: Policy, now: datetime) -> Sharing:
    """Six statements at most, however many advisors and talks there are."""
    first, last = window_around(now.astimezone(ZONE).date(), days=policy.share_window_days)
    diaries = diaries_of(Advisor.objects.active(), Question(earliest=now, latest=now), policy=policy)
    loads = loads_of([diary.calendar for diary in diaries], first, last, policy=policy)
    fair = fair_shares(loads)
    shares = [
        Share(name=diary.name, load=load, fair=fair[load.advisor_id])
        for diary, load in zip(diaries, loads, strict=True)
    ]
    return Sharing(
        first=first, last=last, shares=sorted(shares, key=lambda share: share.name), chosen=_chosen(_latest())
    )


def _latest() -> QuerySet[Booking]:
    """By key, as they were booked in that order: nothing has to be sorted, however many there are."""
    return Booking.objects.select_related("advisor__user").order_by("-pk")[:LATEST]


def _chosen(bookings: QuerySet[Booking]) -> list[Chosen]:
    found = [booking for booking in bookings if booking.chosen_because]
    reasons = reasons_of(found)
    return [Chosen(booking=booking, reason=reasons[booking.pk]) for booking in found]
