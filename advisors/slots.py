"""Which moments are free: one pure function, from values. The page, the write and the API all ask it.

All datetimes are aware; spans are half-open and in UTC. Opening hours are local to the advisor and are expanded in
the advisor's own zone, so that a talk of 10.00 stays at 10.00 when the clock changes; lengths are added in UTC.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Span(NamedTuple):
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours, local time."""

    weekday: int  # 0 is Monday
    starts: time
    ends: time
    channels: frozenset[str]
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that the engine must know of one advisor."""

    advisor_id: int
    zone: ZoneInfo
    length: timedelta
    buffer: timedelta
    hours: tuple[Hours, ...]
    languages: frozenset[str]
    max_per_day: int | None = None
    absences: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()  # buffers included
    talks: tuple[datetime, ...] = ()  # starts of standing talks, for the cap per day


@dataclass(frozen=True, slots=True)
class Question:
    """Between which moments a talk may start, and how."""

    earliest: datetime  # now plus notice
    latest: datetime  # now plus horizon
    channel: str | None = None
    language: str | None = None
    closed_days: frozenset[date] = field(default_factory=frozenset)


class Slot(NamedTuple):
    """A named tuple: hundreds are made per page, and a frozen dataclass costs five times as much to make."""

    advisor_id: int
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
    channels: frozenset[str]
    location_id: int | None


def free_slots(calendar: Calendar, question: Question) -> list[Slot]:
    """The moments, in order, at which a talk with this advisor fits and disturbs nobody."""
    if question.language is not None and question.language not in calendar.languages:
        return []
    absences = _Busy(calendar.absences)
    taken = _Busy(calendar.taken)
    found: list[Slot] = []
    for hours, opened in _opened(calendar, question):
        found += [
            slot
            for slot in _grid(calendar, hours, opened, question)
            if not absences.touches(slot.starts_at, slot.ends_at) and not taken.touches(slot.starts_at, slot.busy_until)
        ]
    found.sort(key=lambda slot: slot.starts_at)
    return _without_doubles(found)


def _opened(calendar: Calendar, question: Question) -> Iterator[tuple[Hours, Span]]:
    """Each block of weekly hours on each day of the question, as a span in UTC; full and closed days left out."""
    talks_on = Counter(talk.astimezone(calendar.zone).date() for talk in calendar.talks)
    day = question.earliest.astimezone(calendar.zone).date()
    last = question.latest.astimezone(calendar.zone).date()
    while day <= last:
        is_full = calendar.max_per_day is not None and talks_on[day] >= calendar.max_per_day
        if not is_full and day not in question.closed_days:
            for hours in calendar.hours:
                if hours.weekday == day.weekday() and (question.channel is None or question.channel in hours.channels):
                    yield hours, Span(_utc(day, hours.starts, calendar.zone), _utc(day, hours.ends, calendar.zone))
        day += timedelta(days=1)


def _grid(calendar: Calendar, hours: Hours, opened: Span, question: Question) -> Iterator[Slot]:
    """Talks one after the other from the start of the block; the last one ends within it."""
    start = opened.start
    while start + calendar.length <= opened.end and start <= question.latest:
        end = start + calendar.length
        if start >= question.earliest:
            yield Slot(calendar.advisor_id, start, end, end + calendar.buffer, hours.channels, hours.location_id)
        start = end + calendar.buffer


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _without_doubles(slots: list[Slot]) -> list[Slot]:
    """Blocks that overlap may name the same start twice: the first one counts."""
    seen: set[datetime] = set()
    return [slot for slot in slots if not (slot.starts_at in seen or seen.add(slot.starts_at))]  # type: ignore[func-returns-value]


class _Busy:
    """Spans merged into a sorted row, so that asking costs a binary search."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.starts: list[datetime] = []
        self.ends: list[datetime] = []
        for span in sorted(spans, key=lambda span: span.start):
            if self.ends and span.start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], span.end)
            else:
                self.starts.append(span.start)
                self.ends.append(span.end)

    def touches(self, start: datetime, end: datetime) -> bool:
        before_end = bisect_left(self.starts, end)
        ended = bisect_right(self.ends, start)
        return before_end > ended
