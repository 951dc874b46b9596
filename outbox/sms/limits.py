"""What is used of the limits that policy sets, so that nobody can spend the employer's money.

Each limit is one row and one conditional UPDATE: however many workers there are, a limit is never passed.
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
from outbox.models import Allowance, Message
from outbox.phone_hash import digest_of

HOME = ZoneInfo(settings.TIME_ZONE)
KEPT = timedelta(days=62)  # the month before can still be looked up
MOST = Decimal(10_000_000)  # more has no place in the column
ONE_DAY = timedelta(days=1)
DECIMALS = Allowance._meta.get_field("used").decimal_places


class LimitReached(Exception):
    """`name` is that of the allowance: "texts:2026-11-22"."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Share:
    """What one text takes of one limit."""

    name: str
    step: Decimal
    limit: Decimal
    is_new: bool = False  # most likely: a number seldom gets a second text on a day


@transaction.atomic
def take(message: Message, policy: Policy, *, now: datetime) -> list[Share]:
    """Count this text; what an earlier attempt counted is not counted again, and then the list is empty.

    Raises LimitReached, and then nothing is counted.
    """
    parts = segments(message.text)
    cost = parts * policy.sms_price
    if not Message.objects.filter(pk=message.pk, segments=0).update(segments=parts, cost=cost):
        return []
    day = today(now)
    shares = _shares(message, policy, cost, day)
    for share in shares:
        if not _add(share, day):
            raise LimitReached(share.name)
    return shares


def taken_before(message: Message, policy: Policy) -> list[Share]:
    """By an earlier attempt: on the day on which it was due, as a text does not wait for long."""
    return _shares(message, policy, message.cost, today(message.first_due_at or message.not_before))


@transaction.atomic
def give_back(message: Message, shares: list[Share]) -> None:
    """It did not leave after all; nothing when it is not ours any more, as who has it now may have sent it."""
    ours = Message.objects.filter(pk=message.pk, lease=message.lease, segments__gt=0)
    if not ours.update(segments=0, cost=0):
        return
    for share in shares:
        used = Allowance.objects.filter(name=share.name, used__gte=share.step)
        used.update(used=Round(F("used") - share.step, precision=DECIMALS))


def today(now: datetime) -> date:
    """On the employer's clock."""
    return now.astimezone(HOME).date()


def name_of_day(day: date) -> str:
    return f"texts:{day}"


def name_of_month(day: date) -> str:
    return f"cost:{day:%Y-%m}"


def _shares(message: Message, policy: Policy, cost: Decimal, day: date) -> list[Share]:
    """Always in this order, so that two workers never wait for each other; those that all texts share are held last."""
    one = Decimal(1)
    number = f"number:{digest_of(message.recipient)}:{day}"
    return [
        Share(number, one, Decimal(policy.sms_per_number), is_new=True),
        Share(name_of_day(day), one, Decimal(policy.sms_per_day)),
        Share(name_of_month(day), cost, min(Decimal(policy.sms_budget), MOST)),
    ]


def _add(share: Share, day: date) -> bool:
    """Rounded, because SQLite counts in floating point."""
    has_room = Allowance.objects.filter(name=share.name, used__lte=share.limit - share.step)
    more = {"used": Round(F("used") + share.step, precision=DECIMALS)}
    if not share.is_new and has_room.update(**more):
        return True
    Allowance.objects.bulk_create([Allowance(name=share.name, since=day)], ignore_conflicts=True)
    if has_room.update(**more) == 0:
        return False
    if share.name == name_of_day(day):
        _forget_old(day)
    return True


def _forget_old(day: date) -> None:
    """With the first text of a day."""
    of_number = Q(name__startswith="number:", since__lt=day - ONE_DAY)
    Allowance.objects.filter(of_number | Q(since__lt=day - KEPT)).delete()


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
