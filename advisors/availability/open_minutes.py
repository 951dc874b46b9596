"""How long an advisor is open in a stretch of days: what a fair share is counted from. Pure."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisors.availability.intervals import without
from advisors.availability.opening_hours import Hours, numbers_on, rota_of
from advisors.availability.slots import Calendar, Span, moment_at

ONE_DAY = timedelta(days=1)


def open_minutes(calendar: Calendar, first: date, last: date, closed_days: frozenset[date]) -> int:
    """Within the hours from the first day up to and including the last, without absences and closed days.

    Hours that overlap count once. Talks do not count: somebody who is fully booked was open all the same.
    """
    return _minutes(calendar.hours, calendar.zone, calendar.absences, first, last, closed_days)


@lru_cache(maxsize=1024)  # every booking of a day asks the same of the same hours
def _minutes(
    hours: tuple[Hours, ...],
    zone: ZoneInfo,
    absences: tuple[Span, ...],
    first: date,
    last: date,
    closed_days: frozenset[date],
) -> int:
    spans = open_spans(hours, zone, first, last, closed_days)
    return sum(_seconds(span) for span in (without(spans, absences) if absences else spans)) // 60


@lru_cache(maxsize=1024)
def open_spans(
    hours: tuple[Hours, ...], zone: ZoneInfo, first: date, last: date, closed_days: frozenset[date]
) -> tuple[Span, ...]:
    """In order; they do not overlap."""
    rota, day = rota_of(hours, first, last), first
    found: list[tuple[int, int]] = []
    while day <= last:
        if day not in closed_days:
            found += [_on(hours[number], day, zone) for number in numbers_on(rota, day)]
        day += ONE_DAY
    return tuple(Span(moment_at(start), moment_at(end)) for start, end in _joined(found))


def _on(hours: Hours, day: date, zone: ZoneInfo) -> tuple[int, int]:
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
