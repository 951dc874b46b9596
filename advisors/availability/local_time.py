"""Convert local dates and times to UTC. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from advisors.availability.errors import HourSkipped, YearUnclear

YEARS = range(2000, 2201)  # refuses typing errors such as the year 0026


def to_utc(zone: ZoneInfo, day: date, at: time) -> datetime:
    """Local time in UTC; in the hour that comes twice (autumn) the first one. A time with its own zone keeps that zone.

    Raises YearUnclear, HourSkipped.
    """
    if day.year not in YEARS:
        raise YearUnclear
    if at.tzinfo is not None:
        return datetime.combine(day, at).astimezone(UTC)
    value = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    if value.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, at):
        raise HourSkipped
    return value
