"""Days on which the employer is closed: no talks, no deadlines. Own days, and public holidays if policy says so."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actors import Actor
from core.formatting import active_language
from core.working_days import holiday_name, public_holidays
from organisation import audit
from organisation.errors import ClosedDayOver, ClosedDayTooFar
from organisation.models import Policy

MAX_AHEAD = timedelta(days=3 * 366)


def closed_days_of(policy: Policy, first_year: int, last_year: int) -> frozenset[date]:
    """Days on which no talks are held: the employer's own closed days, and public holidays when policy says so."""
    years = range(first_year, last_year + 1) if policy.closes_on_public_holidays else ()
    return policy.own_closed_dates.union(*(public_holidays(year) for year in years))


def closed_reason(policy: Policy, day: date) -> str:
    """The employer's own reason or the name of the holiday; empty on a day on which talks are held."""
    if day not in closed_days_of(policy, day.year, day.year):
        return ""
    own = policy.closed_days.get(day.isoformat())
    return holiday_name(day, active_language()) if own is None else str(own) or _("closed")


def own_closed_days(policy: Policy, since: date) -> list[tuple[date, str]]:
    """The employer's own closed days from this day on, in order, with the reason."""
    return [(day, str(policy.closed_days[day.isoformat()])) for day in sorted(policy.own_closed_dates) if day >= since]


@transaction.atomic
def close_day(*, day: date, reason: str, actor: Actor, now: datetime) -> None:
    """Close a day for new bookings; existing ones stay. A day that is closed already gets the new reason.

    Raises ClosedDayOver, ClosedDayTooFar.
    """
    today = timezone.localdate(now)
    if day < today:
        raise ClosedDayOver
    if day > today + MAX_AHEAD:
        raise ClosedDayTooFar
    policy = _locked()
    if policy.closed_days.get(day.isoformat()) != reason:
        _store(policy, policy.closed_days | {day.isoformat(): reason})
        audit.record("day.close", f"policy:{day}", actor=actor, now=now)


@transaction.atomic
def reopen_day(*, day: date, actor: Actor, now: datetime) -> None:
    """Open a closed day again; repeating it changes nothing."""
    policy = _locked()
    if day.isoformat() in policy.closed_days:
        _store(policy, {key: reason for key, reason in policy.closed_days.items() if key != day.isoformat()})
        audit.record("day.open", f"policy:{day}", actor=actor, now=now)


@transaction.atomic
def set_closed_on_holidays(*, are_closed: bool, actor: Actor, now: datetime) -> None:
    """Close or open Dutch public holidays for new bookings; existing ones stay."""
    policy = _locked()
    if policy.closes_on_public_holidays != are_closed:
        policy.closes_on_public_holidays = are_closed
        policy.save()
        audit.record("policy.change", "policy:closes_on_public_holidays", actor=actor, now=now)


def _locked() -> Policy:
    return Policy.objects.select_for_update().filter(pk=1).first() or Policy(pk=1)


def _store(policy: Policy, closed_days: dict[str, str]) -> None:
    policy.closed_days = dict(sorted(closed_days.items()))
    policy.save()
