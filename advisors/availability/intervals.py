"""Interval arithmetic for the agenda, with the same rules as the slot engine. Pure; spans are half-open and in UTC."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Calendar, SlotQuery, Span, free_slots, hours_on

ONE_DAY = timedelta(days=1)


def day_interval(calendar: Calendar, day: date) -> Span:
    """Whole day in the advisor's time zone; 23 or 25 hours when the clock changes."""
    return Span(_utc(calendar, day, time.min), _utc(calendar, day + ONE_DAY, time.min))


def open_intervals_on(calendar: Calendar, day: date) -> list[Span]:
    """Opening hours of this day, in order."""
    spans = [
        Span(_utc(calendar, day, hours.starts), _utc(calendar, day, hours.ends)) for hours in hours_on(calendar, day)
    ]
    return sorted(spans, key=lambda span: span.start)


def absent_intervals_on(calendar: Calendar, day: date) -> list[Span]:
    """Parts of the opening hours of this day in which the advisor is absent."""
    return [span for opened in open_intervals_on(calendar, day) for span in clip(calendar.absences, opened)]


def external_intervals_on(calendar: Calendar, day: date) -> list[Span]:
    """Parts of the opening hours of this day that are busy in an external calendar."""
    busy = merge(Span(period.start, period.end) for period in calendar.busy if period.kind == "external")
    return [span for opened in open_intervals_on(calendar, day) for span in clip(busy, opened)]


def free_intervals_on(calendar: Calendar, day: date) -> list[Span]:
    """Free parts of the opening hours of this day that are long enough for a talk."""
    holes = [*(Span(period.start, period.end) for period in calendar.busy), *calendar.absences]
    left: list[Span] = []
    for hours in hours_on(calendar, day):
        length = calendar.length if hours.length is None else hours.length
        opened = Span(_utc(calendar, day, hours.starts), _utc(calendar, day, hours.ends))
        left += [span for span in subtract([opened], holes) if span.end - span.start >= length]
    return merge(left)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, overlapping ones joined; spans that only touch stay separate."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def clip(spans: Iterable[Span], frame: Span) -> list[Span]:
    """Parts of the spans within the frame, in order."""
    cut = [Span(max(span.start, frame.start), min(span.end, frame.end)) for span in spans]
    return sorted((span for span in cut if span.start < span.end), key=lambda span: span.start)


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Spans minus the holes; both may be in any order, holes may overlap."""
    ordered = sorted(holes, key=lambda hole: hole.start)
    left: list[Span] = []
    for span in spans:
        start = span.start
        for hole in ordered:
            if hole.end <= start or hole.start >= span.end:
                continue
            if hole.start > start:
                left.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < span.end:
            left.append(Span(start, span.end))
    return left


def fits_hours(calendar: Calendar, talk: Span, *, channel: str, language: str, location_id: int | None = None) -> bool:
    """True when a booked talk fits the current hours and absences: channel, language and, if given, location."""
    day = talk.start.astimezone(calendar.zone).date()
    fits = any(
        _utc(calendar, day, hours.starts) <= talk.start and talk.end <= _utc(calendar, day, hours.ends)
        for hours in hours_on(calendar, day)
        if channel in hours.channels
        and language in _languages_in(calendar, hours)
        and location_id in (None, hours.location_id)
    )
    return fits and not clip(calendar.absences, talk)


def count_slots(calendar: Calendar, query: SlotQuery) -> tuple[int, int]:
    """Number of free slots, and of all slots if nothing were taken."""
    empty = replace(calendar, busy=())
    return len(free_slots(calendar, query)), len(free_slots(empty, query))


def _languages_in(calendar: Calendar, hours: Hours) -> frozenset[str]:
    return calendar.languages if hours.languages is None else hours.languages & calendar.languages


def _utc(calendar: Calendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=calendar.zone).astimezone(UTC)
