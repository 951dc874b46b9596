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

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class Capacity:
    free_per_week: int  # talks, on average until the horizon of booking
    per_day: int  # invitations that policy allows; 0: any number
    last_on: date | None  # day of the last invitation of the file; None without a limit

    @property
    def is_limited(self) -> bool:
        return bool(self.per_day)


def capacity_for(invitations: int, *, policy: Policy, now: datetime) -> Capacity:
    query = slot_query_for(policy, now=now)
    slots = free_slots_for(Advisor.objects.active(), query, policy=policy)
    days = max((query.latest - query.earliest).days, 1)
    per_day = policy.invitations_per_day
    last_on = None
    if per_day and invitations:
        working_days = -(-invitations // per_day)
        last_on = add_working_days(timezone.localdate(now), working_days, policy.times.closed_days)
    return Capacity(round(talks_that_fit(slots) * DAYS_OF_A_WEEK / days), per_day, last_on)


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
