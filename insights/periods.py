"""Stretches of days for which the figures are asked. Pure: the day comes in."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """From and until are both part of it; None is without end."""

    first: date | None = None
    last: date | None = None


def period_of(name: str, today: date) -> Period:
    """`month`, `last_month`, `quarter`, `last_quarter`; everything else is all of time."""
    month = today.replace(day=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    stretches = {
        "month": Period(month, today),
        "last_month": Period(_months_before(month, 1), month - timedelta(days=1)),
        "quarter": Period(quarter, today),
        "last_quarter": Period(_months_before(quarter, 3), quarter - timedelta(days=1)),
    }
    return stretches.get(name, Period())


def _months_before(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
