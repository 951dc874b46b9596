"""Days, weeks and months as they stand in an address. Pure; every function raises ValueError for what is none."""

from calendar import Calendar
from datetime import date, timedelta

ONE_WEEK = timedelta(days=7)
YEARS = range(2000, 2200)


def day_named(text: str) -> date:
    """ "2026-11-24"."""
    return _in_reach(date.fromisoformat(text))


def monday_named(text: str) -> date:
    """ "2026-W48", as ISO 8601 counts weeks."""
    year, _, number = text.partition("-W")
    return _in_reach(date.fromisocalendar(int(year), int(number), 1))


def month_named(text: str) -> date:
    """ "2026-11"; its first day."""
    return day_named(f"{text}-01")


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_name(day: date) -> str:
    return f"{day:%G-W%V}"


def month_name(day: date) -> str:
    return f"{day:%Y-%m}"


def weeks_of_month(first: date) -> list[list[date]]:
    """Whole weeks from Monday to Sunday, with the days of the months around it."""
    return Calendar().monthdatescalendar(first.year, first.month)


def months_around(first: date) -> tuple[date, date]:
    """The first day of the month before and of the month after."""
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)


def _in_reach(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(day)
    return day
