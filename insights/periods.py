"""Periods over which metrics are computed. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """First and last day, both included; None is unlimited."""

    first: date | None = None
    last: date | None = None


def period_for(name: str, today: date) -> Period:
    """Period with this name: `month`, `last_month`, `quarter` or `last_quarter`; any other name is unlimited."""
    month = today.replace(day=1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    periods = {
        "month": Period(month, today),
        "last_month": Period(_months_before(month, 1), month - timedelta(days=1)),
        "quarter": Period(quarter, today),
        "last_quarter": Period(_months_before(quarter, 3), quarter - timedelta(days=1)),
    }
    return periods.get(name, Period())


def _months_before(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
