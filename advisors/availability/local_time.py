"""From what a clock on the wall shows to a moment. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from advisors.availability.errors import HourSkipped, YearUnclear

YEARS = range(2000, 2201)  # what calendars can hold, and no slip of the pen


def moment_in(zone: ZoneInfo, day: date, at: time) -> datetime:
    """In UTC; of an hour that comes twice the first one. A time with a zone of its own keeps it.

    Raises YearUnclear, HourSkipped.
    """
    if day.year not in YEARS:
        raise YearUnclear
    if at.tzinfo is not None:
        return datetime.combine(day, at).astimezone(UTC)
    moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, at):
        raise HourSkipped
    return moment
