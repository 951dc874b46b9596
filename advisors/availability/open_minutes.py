"""Open minutes of an advisor in a range of days, the base of a fair share of the bookings. Pure."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisors.availability.intervals import subtract
from advisors.availability.opening_hours import Hours, block_ids_on, schedule_for
from advisors.availability.slots import Calendar, Span, to_datetime

ONE_DAY = timedelta(days=1)


def open_minutes(calendar: Calendar, first: date, last: date, closed_days: frozenset[date]) -> int:
    """Minutes of opening hours from the first day to the last, both included, minus absences and closed days.

    Overlapping hours count once. Bookings are not subtracted: a fully booked advisor was open as well.
    """
    return _minutes(calendar.hours, calendar.zone, calendar.absences, first, last, closed_days)


@lru_cache(maxsize=1024)  # every booking of a day asks for the same hours
def _minutes(
    hours: tuple[Hours, ...],
    zone: ZoneInfo,
    absences: tuple[Span, ...],
    first: date,
    last: date,
    closed_days: frozenset[date],
) -> int:
    spans = open_spans(hours, zone, first, last, closed_days)
    return sum(_seconds(span) for span in (subtract(spans, absences) if absences else spans)) // 60


@lru_cache(maxsize=1024)
def open_spans(
    hours: tuple[Hours, ...], zone: ZoneInfo, first: date, last: date, closed_days: frozenset[date]
) -> tuple[Span, ...]:
    """Opening intervals in order, without overlap."""
    schedule, day = schedule_for(hours, first, last), first
    found: list[tuple[int, int]] = []
    while day <= last:
        if day not in closed_days:
            found += [_timestamps(hours[block_id], day, zone) for block_id in block_ids_on(schedule, day)]
        day += ONE_DAY
    return tuple(Span(to_datetime(start), to_datetime(end)) for start, end in _joined(found))


def _timestamps(hours: Hours, day: date, zone: ZoneInfo) -> tuple[int, int]:
    starts, ends = (datetime.combine(day, at, tzinfo=zone).timestamp() for at in (hours.starts, hours.ends))
    return int(starts), int(ends)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:  # a clock that goes forward can swallow short hours
            joined.append((start, end))
    return joined


def _seconds(span: Span) -> int:
    return int((span.end - span.start).total_seconds())
