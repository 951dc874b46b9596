"""Limits that policy sets on SMS: per number and day, per day, and on the cost per month.

Each limit is one row that is counted up by a conditional UPDATE, so any number of workers together never exceed it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Round

from core.gsm7 import segments
from organisation.models import Policy
from outbox.models import Message, UsageCounter
from outbox.phone_hash import keyed_digest

HOME = ZoneInfo(settings.TIME_ZONE)
COUNTER_RETENTION = timedelta(days=62)  # the month before can still be looked up
MAX_BUDGET = Decimal(10_000_000)  # what fits in the column
ONE_DAY = timedelta(days=1)
DECIMALS = UsageCounter._meta.get_field("used").decimal_places


class LimitReached(Exception):
    """The limit with this counter name, such as "texts:2026-11-22", leaves no room for the SMS."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class LimitShare:
    """The amount of one limit that one SMS uses."""

    name: str
    amount: Decimal
    limit: Decimal
    is_new: bool = False  # probably has no row yet: a number seldom gets a second SMS on a day


@transaction.atomic
def consume(message: Message, policy: Policy, *, now: datetime) -> list[LimitShare]:
    """Count this SMS in every limit; an empty list when an earlier attempt counted it.

    Raises LimitReached, and then nothing is counted.
    """
    parts = segments(message.text)
    cost = parts * policy.sms_price
    if not Message.objects.filter(pk=message.pk, segments=0).update(segments=parts, cost=cost):
        return []
    day = local_day(now)
    shares = _shares(message, policy, cost, day)
    for share in shares:
        if not _add(share, day):
            raise LimitReached(share.name)
    return shares


def earlier_consumption(message: Message, policy: Policy) -> list[LimitShare]:
    """Shares that an earlier attempt counted, on the day on which the SMS was due: an SMS does not wait for days."""
    return _shares(message, policy, message.cost, local_day(message.first_due_at or message.not_before))


@transaction.atomic
def refund(message: Message, shares: list[LimitShare]) -> None:
    """Undo `consume` for an SMS that was not sent; nothing when the lease is another's, who may have sent it."""
    row = Message.objects.filter(pk=message.pk, lease=message.lease, segments__gt=0)
    if not row.update(segments=0, cost=0):
        return
    for share in shares:
        counter = UsageCounter.objects.filter(name=share.name, used__gte=share.amount)
        counter.update(used=Round(F("used") - share.amount, precision=DECIMALS))


def local_day(now: datetime) -> date:
    """Date in the employer's time zone."""
    return now.astimezone(HOME).date()


def _day_counter(day: date) -> str:
    return f"texts:{day}"


def _month_counter(day: date) -> str:
    return f"cost:{day:%Y-%m}"


def _shares(message: Message, policy: Policy, cost: Decimal, day: date) -> list[LimitShare]:
    """Shares in the order in which rows are locked, against deadlocks; rows that all SMS share come last."""
    one = Decimal(1)
    number = f"number:{keyed_digest(message.recipient)}:{day}"
    return [
        LimitShare(number, one, Decimal(policy.sms_per_number), is_new=True),
        LimitShare(_day_counter(day), one, Decimal(policy.sms_per_day)),
        LimitShare(_month_counter(day), cost, min(Decimal(policy.sms_budget), MAX_BUDGET)),
    ]


def _add(share: LimitShare, day: date) -> bool:
    """Count the share if the limit leaves room. Rounded, because SQLite calculates in floating point."""
    counter = UsageCounter.objects.filter(name=share.name, used__lte=share.limit - share.amount)
    added = {"used": Round(F("used") + share.amount, precision=DECIMALS)}
    if not share.is_new and counter.update(**added):
        return True
    UsageCounter.objects.bulk_create([UsageCounter(name=share.name, since=day)], ignore_conflicts=True)
    if counter.update(**added) == 0:
        return False
    if share.name == _day_counter(day):
        _delete_old_counters(day)
    return True


def _delete_old_counters(day: date) -> None:
    """Called with the first SMS of a day."""
    of_number = Q(name__startswith="number:", since__lt=day - ONE_DAY)
    UsageCounter.objects.filter(of_number | Q(since__lt=day - COUNTER_RETENTION)).delete()


@dataclass(frozen=True, kw_only=True)
class SmsUsage:
    """Usage of the limits, for the page of application managers."""

    sms_today: int
    sms_per_day: int
    cost_this_month: Decimal  # euros, at the price in policy
    budget: int  # euros


def sms_usage(policy: Policy, *, now: datetime) -> SmsUsage:
    day = local_day(now)
    names = _day_counter(day), _month_counter(day)
    used = dict(UsageCounter.objects.filter(name__in=names).values_list("name", "used"))
    return SmsUsage(
        sms_today=int(used.get(names[0], 0)),
        sms_per_day=policy.sms_per_day,
        cost_this_month=used.get(names[1], Decimal(0)),
        budget=policy.sms_budget,
    )
