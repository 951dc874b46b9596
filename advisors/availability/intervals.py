"""What a stretch of time leaves: pure, with half-open spans in UTC. The agenda shows what the engine counts with."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Calendar, Question, Span, free_slots, hours_on

ONE_DAY = timedelta(days=1)


def day_of(calendar: Calendar, day: date) -> Span:
    """The whole day in the advisor's own zone; 23 or 25 hours when the clock changes."""
    return Span(_utc(calendar, day, time.min), _utc(calendar, day + ONE_DAY, time.min))


def opened_on(calendar: Calendar, day: date) -> list[Span]:
    """The hours of this day, in order."""
    spans = [
        Span(_utc(calendar, day, hours.starts), _utc(calendar, day, hours.ends)) for hours in hours_on(calendar, day)
    ]
    return sorted(spans, key=lambda span: span.start)


def away_in_hours(calendar: Calendar, day: date) -> list[Span]:
    """The parts of the hours of this day in which the advisor is absent."""
    return [span for opened in opened_on(calendar, day) for span in within(calendar.absences, opened)]


def busy_elsewhere_on(calendar: Calendar, day: date) -> list[Span]:
    """The parts of the hours of this day in which another calendar says that the advisor is busy."""
    busy = merged(Span(taken.start, taken.end) for taken in calendar.taken if taken.kind == "external")
    return [span for opened in opened_on(calendar, day) for span in within(busy, opened)]


def free_on(calendar: Calendar, day: date) -> list[Span]:
    """What is left of the hours of this day, in stretches in which a talk of those hours fits."""
    holes = [*(Span(taken.start, taken.end) for taken in calendar.taken), *calendar.absences]
    left: list[Span] = []
    for hours in hours_on(calendar, day):
        length = calendar.length if hours.length is None else hours.length
        opened = Span(_utc(calendar, day, hours.starts), _utc(calendar, day, hours.ends))
        left += [span for span in without([opened], holes) if span.end - span.start >= length]
    return merged(left)


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order, with what overlaps made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def within(spans: Iterable[Span], frame: Span) -> list[Span]:
    cut = [Span(max(span.start, frame.start), min(span.end, frame.end)) for span in spans]
    return sorted((span for span in cut if span.start < span.end), key=lambda span: span.start)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The spans minus the holes; both may come in any order, holes may overlap."""
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


def is_within_hours(
    calendar: Calendar, talk: Span, *, channel: str, language: str, location_id: int | None = None
) -> bool:
    """Whether a talk that stands would fit today's hours and absences, in this channel and language and, if given, at
    this place."""
    day = talk.start.astimezone(calendar.zone).date()
    fits = any(
        _utc(calendar, day, hours.starts) <= talk.start and talk.end <= _utc(calendar, day, hours.ends)
        for hours in hours_on(calendar, day)
        if channel in hours.channels
        and language in _languages_in(calendar, hours)
        and location_id in (None, hours.location_id)
    )
    return fits and not within(calendar.absences, talk)


def room_in(calendar: Calendar, question: Question) -> tuple[int, int]:
    """How many moments are free, and how many there would be without any talk."""
    empty = replace(calendar, taken=())
    return len(free_slots(calendar, question)), len(free_slots(empty, question))


def _languages_in(calendar: Calendar, hours: Hours) -> frozenset[str]:
    return calendar.languages if hours.languages is None else hours.languages & calendar.languages


def _utc(calendar: Calendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=calendar.zone).astimezone(UTC)
