"""Free talks per week, and when the invitations of a file will have left: shown before an import."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone

from advisors.availability.queries import free_slots_for, slot_query_for
from advisors.availability.slots import Slot
from advisors.models import Advisor
from core.working_days import add_working_days
from organisation.models import Policy

DAYS_OF_A_WEEK, WORKING_DAYS = 7, 5


@dataclass(frozen=True)
class Capacity:
    free_per_week: int  # talks, on average until the horizon of booking
    per_day: int  # invitations that policy allows; 0: any number
    last_on: date | None  # day of the last invitation of the file; None without a limit

    is_tight: bool  # more invitations than talks that fit into a week
    spread_per_day: int  # invitations on a working day that fill the free talks, within policy
    spread_until: date  # last day when they are spread so


def capacity_for(invitations: int, *, policy: Policy, now: datetime) -> Capacity:
    query = slot_query_for(policy, now=now)
    slots = free_slots_for(Advisor.objects.active(), query, policy=policy)
    days = max((query.latest - query.earliest).days, 1)
    free_per_week = round(talks_that_fit(slots) * DAYS_OF_A_WEEK / days)
    per_day, spread = policy.invitations_per_day, max(free_per_week // WORKING_DAYS, 1)
    spread = min(spread, per_day) if per_day else spread

    def last_day(limit: int) -> date:
        today, closed = timezone.localdate(now), policy.times.closed_days
        return add_working_days(today, -(-invitations // limit), closed)

    return Capacity(
        free_per_week=free_per_week,
        per_day=per_day,
        last_on=last_day(per_day) if per_day and invitations else None,
        is_tight=invitations > free_per_week,
        spread_per_day=spread,
        spread_until=last_day(spread),
    )


def talks_that_fit(slots: list[Slot]) -> int:
    """Number of talks that can be booked at the same time: slots of one advisor may overlap."""
    count = 0
    for _advisor, own in groupby(sorted(slots, key=lambda slot: (slot.advisor_id, slot.start)), _advisor_of):
        free_from = 0
        for slot in own:
            if slot.start >= free_from:
                count, free_from = count + 1, slot.start + slot.rules.length
    return count


def _advisor_of(slot: Slot) -> int:
    return slot.advisor_id
