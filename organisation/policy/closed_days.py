from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.actors import Actor
from core.errors import ClosedDayOver, ClosedDayTooFar
from organisation import audit
from organisation.models import Policy

FURTHEST = timedelta(days=3 * 366)


@transaction.atomic
def close_day(*, day: date, reason: str, actor: Actor, now: datetime) -> None:
    """Nobody can book on this day; what stands stays. A day that is closed already gets the new reason.

    Raises ClosedDayOver, ClosedDayTooFar.
    """
    today = timezone.localdate(now)
    if day < today:
        raise ClosedDayOver
    if day > today + FURTHEST:
        raise ClosedDayTooFar
    policy = _locked()
    if policy.closed_days.get(day.isoformat()) != reason:
        _keep(policy, policy.closed_days | {day.isoformat(): reason})
        audit.record("day.close", f"policy:{day}", actor=actor, now=now)


@transaction.atomic
def open_day(*, day: date, actor: Actor, now: datetime) -> None:
    """Not closed after all. Twice is the same as once."""
    policy = _locked()
    if day.isoformat() in policy.closed_days:
        _keep(policy, {key: reason for key, reason in policy.closed_days.items() if key != day.isoformat()})
        audit.record("day.open", f"policy:{day}", actor=actor, now=now)


@transaction.atomic
def keep_holidays(*, are_closed: bool, actor: Actor, now: datetime) -> None:
    """Whether nobody can book on Dutch public holidays; what stands stays. The same twice is once."""
    policy = _locked()
    if policy.closes_on_public_holidays != are_closed:
        policy.closes_on_public_holidays = are_closed
        policy.save()
        audit.record("policy.change", "policy:closes_on_public_holidays", actor=actor, now=now)


def _locked() -> Policy:
    return Policy.objects.select_for_update().filter(pk=1).first() or Policy(pk=1)


def _keep(policy: Policy, closed_days: dict[str, str]) -> None:
    policy.closed_days = dict(sorted(closed_days.items()))
    policy.save()
