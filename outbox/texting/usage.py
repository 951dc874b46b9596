"""What texts used of their limits, for people."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from organisation.models import Policy
from outbox.models import Allowance
from outbox.texting.allowances import name_of_day, name_of_month, today


@dataclass(frozen=True, kw_only=True)
class Usage:
    texts_today: int
    texts_per_day: int
    cost_this_month: Decimal  # euros, as policy has the price
    budget: int  # euros


def usage_of(policy: Policy, *, now: datetime) -> Usage:
    """One statement."""
    day = today(now)
    names = name_of_day(day), name_of_month(day)
    used = dict(Allowance.objects.filter(name__in=names).values_list("name", "used"))
    return Usage(
        texts_today=int(used.get(names[0], 0)),
        texts_per_day=policy.sms_per_day,
        cost_this_month=used.get(names[1], Decimal(0)),
        budget=policy.sms_budget,
    )
