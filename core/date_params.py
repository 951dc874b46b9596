"""Days, weeks and months in query parameters. Pure; the parsers raise ValueError."""

from calendar import Calendar
from datetime import date, timedelta

ONE_WEEK = timedelta(days=7)
YEARS = range(2000, 2200)


def parse_day(text: str) -> date:
    """Parse "2026-11-24"."""
    return _checked(date.fromisoformat(text))


def parse_week(text: str) -> date:
    """Parse an ISO 8601 week such as "2026-W48" to its Monday."""
    year, _, number = text.partition("-W")
    return _checked(date.fromisocalendar(int(year), int(number), 1))


def parse_month(text: str) -> date:
    """Parse "2026-11" to the first day of the month."""
    return parse_day(f"{text}-01")


def format_week(day: date) -> str:
    return f"{day:%G-W%V}"


def format_month(day: date) -> str:
    return f"{day:%Y-%m}"


def weeks_of_month(first: date) -> list[list[date]]:
    """Weeks from Monday to Sunday that cover the month, including days of adjacent months."""
    return Calendar().monthdatescalendar(first.year, first.month)


def adjacent_months(first: date) -> tuple[date, date]:
    """First day of the previous and of the next month."""
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)


def _checked(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(day)
    return day
