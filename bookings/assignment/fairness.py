"""Fair assignment when a candidate accepts any advisor: the one furthest below their fair share. Pure.

The fair share is proportional to the advisor's weight times their open minutes in a window of days around the
booking, so part-time work and leave count. The window is around the booking and not before today, because bookings
are made ahead: an assignment this morning for next week counts this afternoon. The shares are computed among the
advisors who are free for the slot, because nobody else can take it.

A booking counts when it took an advisor's time: booked, completed or no-show, but not cancelled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

FURTHEST_BELOW_SHARE = "furthest_below_share"
NOBODY_ELSE_FREE = "nobody_else_free"
ONLY_ONE_FREE = "only_one_free"
ASKED_FOR = "asked_for"
SAME_ADVISOR = "same_advisor"
HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Workload:
    """Workload of an advisor who is free for the slot, in the window around it."""

    advisor_id: int
    weight: int  # percent; 0: assigned only when nobody else is free
    open_minutes: int
    talks: int

    @property
    def weight_share(self) -> int:
        """Weight of the share; advisors with weight 0 are compared by open time alone."""
        return max(self.weight, 1) * max(self.open_minutes, 1)


@dataclass(frozen=True, slots=True)
class Assignment:
    advisor_id: int
    reason: dict[str, Any]  # stored as Booking.chosen_because


def window_around(day: date, *, days: int) -> tuple[date, date]:
    """First and last day of a window of `days` days with this day in the middle."""
    first = day - timedelta(days=days // 2)
    return first, first + timedelta(days=days - 1)


def rank_advisors(loads: Iterable[Workload], *, days: int) -> list[Assignment]:
    """Rank the free advisors, furthest below their share first and weight 0 last; ties go by key."""
    free = list(loads)
    if len(free) == 1:
        return [Assignment(free[0].advisor_id, {"rule": ONLY_ONE_FREE})]
    sharing = [load for load in free if load.weight]
    others = [load for load in free if not load.weight]
    return [
        *_in_order(sharing, FURTHEST_BELOW_SHARE, days),
        *_in_order(others, NOBODY_ELSE_FREE, days),
    ]


def fair_shares(loads: Iterable[Workload]) -> dict[int, float]:
    """Fair number of the bookings of these advisors, by advisor; 0 for weight 0."""
    sharing = list(loads)
    talks, claims = sum(load.talks for load in sharing), sum(_share_of(load) for load in sharing)
    return {load.advisor_id: round(talks * _share_of(load) / claims, 1) if claims else 0.0 for load in sharing}


def _share_of(load: Workload) -> int:
    return load.weight * load.open_minutes


def _in_order(loads: list[Workload], rule: str, days: int) -> list[Assignment]:
    """Rank by integer arithmetic, because rounding must not change the order."""
    claims, talks = sum(load.weight_share for load in loads), sum(load.talks for load in loads) + 1

    def shortage(load: Workload) -> int:
        """Distance below the share, this booking included, times the total weight."""
        return talks * load.weight_share - load.talks * claims

    return [
        Assignment(
            load.advisor_id,
            {
                "rule": rule,
                "talks": load.talks,
                "share": round(talks * load.weight_share / claims, 1),
                "of": talks,
                "free": len(loads),
                "hours": round(load.open_minutes / 60, 1),
                "weight": load.weight,
                "days": days,
            },
        )
        for load in sorted(loads, key=lambda load: (-shortage(load), load.advisor_id))
    ]
