"""Whose turn it is when a candidate takes the first one free: the advisor furthest below their share. Pure.

A share is weight times the hours that somebody is open in a window of days around the talk, so that part-time and
leave count by construction. The window lies around the talk and not behind today, because talks are booked ahead:
what was shared out this morning for next week counts this afternoon. It is measured among those who are free at that
moment, since nobody else can take the talk.

A talk counts when it took an advisor's time: planned, held, or missed. What was cancelled gave its time back.
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
class Load:
    """What somebody who is free has, in the window around the talk."""

    advisor_id: int
    weight: int  # percent; 0: only when nobody else is free
    open_minutes: int
    talks: int

    @property
    def claim(self) -> int:
        """Without a weight, and so without a share, open time alone counts."""
        return max(self.weight, 1) * max(self.open_minutes, 1)


@dataclass(frozen=True, slots=True)
class Turn:
    advisor_id: int
    because: dict[str, Any]  # what is stored with the booking


def window_around(day: date, *, days: int) -> tuple[date, date]:
    """The first and the last of as many days, with this one in the middle."""
    first = day - timedelta(days=days // 2)
    return first, first + timedelta(days=days - 1)


def in_turn(loads: Iterable[Load], *, days: int) -> list[Turn]:
    """Everybody who is free, whose turn it is first; who has weight 0 comes last. Equal ones go by key."""
    free = list(loads)
    if len(free) == 1:
        return [Turn(free[0].advisor_id, {"rule": ONLY_ONE_FREE})]
    sharing = [load for load in free if load.weight]
    others = [load for load in free if not load.weight]
    return [
        *_in_order(sharing, FURTHEST_BELOW_SHARE, days),
        *_in_order(others, NOBODY_ELSE_FREE, days),
    ]


def fair_shares(loads: Iterable[Load]) -> dict[int, float]:
    """How many of the talks that these advisors have would be fair, by advisor; nothing for weight 0."""
    sharing = list(loads)
    talks, claims = sum(load.talks for load in sharing), sum(_share_of(load) for load in sharing)
    return {load.advisor_id: round(talks * _share_of(load) / claims, 1) if claims else 0.0 for load in sharing}


def _share_of(load: Load) -> int:
    return load.weight * load.open_minutes


def _in_order(loads: list[Load], rule: str, days: int) -> list[Turn]:
    """Whole numbers only: two machines, or two days, must not differ by a rounding."""
    claims, talks = sum(load.claim for load in loads), sum(load.talks for load in loads) + 1

    def lag(load: Load) -> int:
        """How far below the share, this talk included, times all claims."""
        return talks * load.claim - load.talks * claims

    return [
        Turn(
            load.advisor_id,
            {
                "rule": rule,
                "talks": load.talks,
                "share": round(talks * load.claim / claims, 1),
                "of": talks,
                "free": len(loads),
                "hours": round(load.open_minutes / 60, 1),
                "weight": load.weight,
                "days": days,
            },
        )
        for load in sorted(loads, key=lambda load: (-lag(load), load.advisor_id))
    ]
