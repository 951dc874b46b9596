"""Which moments are free, and why another is not: one set of rules, from values.

The page, the write, the API, the waiting list and the agenda's explanations all ask here. Every rule is one of two
things: it closes a whole block of hours (`blocks_of`), or it forbids a stretch of starts within one
(`obstacles_of`). Listing takes what is left; explaining names what took it away.

All datetimes are aware, spans are half-open and in UTC. Opening hours are local to the advisor and are expanded in the
advisor's own zone, so that a talk of 10.00 stays at 10.00 when the clock changes; lengths are added in UTC. Inside,
moments are whole seconds since 1970, because a page counts thousands of them.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache, partial
from itertools import repeat
from math import ceil, floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from advisors.availability.opening_hours import Hours, numbers_on, rota_of
from advisors.availability.slot_rules import Terms, days_of, terms_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVER = 1 << 40  # seconds; far beyond any calendar
TALKS = frozenset({"booking", "hold"})  # what counts for the caps


class Span(NamedTuple):
    start: datetime
    end: datetime


class Taken(NamedTuple):
    """A piece of time that is gone, buffers included; `talk` is the talk within it, when it is one of ours."""

    start: datetime
    end: datetime
    kind: str = "booking"  # or hold, external
    talk: Span | None = None
    calendar_id: int | None = None  # where it was read


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that the engine must know of one advisor."""

    advisor_id: int
    zone: ZoneInfo
    length: timedelta
    buffer: timedelta  # after a talk
    hours: tuple[Hours, ...]
    languages: frozenset[str]
    before: timedelta = timedelta()  # a buffer before a talk
    step: timedelta | None = None  # between possible starts; None: a talk follows a talk
    max_per_day: int | None = None
    max_per_week: int | None = None  # Monday to Sunday
    absences: tuple[Span, ...] = ()
    taken: tuple[Taken, ...] = ()

    @property
    def has_caps(self) -> bool:
        return self.max_per_day is not None or self.max_per_week is not None


@dataclass(frozen=True, slots=True)
class Question:
    """Between which moments a talk may start, and how."""

    earliest: datetime  # now plus notice
    latest: datetime  # now plus horizon
    channel: str | None = None
    language: str | None = None
    closed_days: frozenset[date] = field(default_factory=frozenset)


class Slot(NamedTuple):
    """A moment that can be booked. Thousands are made per page, so it keeps seconds and tells datetimes when asked."""

    start: int  # seconds since 1970
    advisor_id: int
    terms: Terms

    @property
    def starts_at(self) -> datetime:
        return moment_at(self.start)

    @property
    def ends_at(self) -> datetime:
        return moment_at(self.start + self.terms.length)

    @property
    def busy_from(self) -> datetime:
        return moment_at(self.start - self.terms.before)

    @property
    def busy_until(self) -> datetime:
        return moment_at(self.start + self.terms.length + self.terms.after)

    @property
    def channels(self) -> frozenset[str]:
        return self.terms.channels

    @property
    def location_id(self) -> int | None:
        return self.terms.location_id


_new_slot = partial(tuple.__new__, Slot)


class Rule(StrEnum):
    """What can take a moment away."""

    OUTSIDE_HOURS = "outside_hours"
    OFF_GRID = "off_grid"
    CHANNEL = "channel"
    LANGUAGE = "language"
    CLOSED_DAY = "closed_day"
    FULL_DAY = "full_day"
    FULL_WEEK = "full_week"
    ABSENT = "absent"
    TALK = "talk"
    BUFFER = "buffer"
    HELD = "held"
    BUSY_ELSEWHERE = "busy_elsewhere"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"


class Why(NamedTuple):
    """The rule that removes a moment, with what makes it clear: a stretch of time, or a number of talks."""

    rule: Rule
    span: Span | None = None
    talks: int | None = None
    calendar_id: int | None = None


class Block(NamedTuple):
    """Hours on one day, as seconds; `why` when a rule closes all of it."""

    terms: Terms
    start: int
    end: int
    why: Why | None

    @property
    def starts(self) -> range:
        """The moments at which a talk may start and ends in time."""
        return range(self.start, self.end - self.terms.length + 1, self.terms.step)


class Obstacle(NamedTuple):
    """Starts that a rule forbids, as seconds: from the first up to, not including, the last."""

    first: int
    until: int
    why: Why


def free_slots(calendar: Calendar, question: Question) -> list[Slot]:
    """The moments, in order, at which a talk with this advisor fits and disturbs nobody."""
    merged: dict[tuple[int, int, int], _Merged] = {}
    found: dict[int, Slot] = {}
    for block in blocks_of(calendar, question):
        if block.why is not None:
            continue
        terms = block.terms
        if terms.lasts not in merged:
            merged[terms.lasts] = _merged(obstacles_of(calendar, question, terms))
        for starts in _left(block.starts, merged[terms.lasts]):
            for slot in _slots(starts, calendar.advisor_id, terms):
                found.setdefault(slot[0], slot)  # blocks that overlap may name a start twice: the first one counts
    return sorted(found.values())


def _slots(starts: range, advisor_id: int, terms: Terms) -> Iterator[Slot]:
    """Without a call of Python for each: a pool has thousands."""
    return map(_new_slot, zip(starts, repeat(advisor_id), repeat(terms)))


def why_not(calendar: Calendar, question: Question, starts_at: datetime) -> Why | None:
    """The rule that removes this moment; None when it is free, which is when `free_slots` lists it."""
    if starts_at.microsecond:
        return Why(Rule.OFF_GRID)
    start, reasons = int(starts_at.timestamp()), []
    around = Question(starts_at, starts_at, question.channel, question.language, question.closed_days)
    for block in blocks_of(calendar, around):
        why = _why_not_in(block, calendar, question, start)
        if why is None:
            return None
        reasons.append(why)
    order = list(Rule)
    return max(reasons, key=lambda why: order.index(why.rule), default=Why(Rule.OUTSIDE_HOURS))


def _why_not_in(block: Block, calendar: Calendar, question: Question, start: int) -> Why | None:
    if not block.start <= start <= block.end - block.terms.length:
        return Why(Rule.OUTSIDE_HOURS)
    if start not in block.starts:
        return Why(Rule.OFF_GRID, _span(block.start, block.end))
    if block.why is not None:
        return block.why
    obstacles = obstacles_of(calendar, question, block.terms)
    return next((one.why for one in obstacles if one.first <= start < one.until), None)


def blocks_of(calendar: Calendar, question: Question) -> Iterator[Block]:
    """Every block of hours on each local day of the question, also those that a rule closes as a whole."""
    first = question.earliest.astimezone(calendar.zone).date()
    last = question.latest.astimezone(calendar.zone).date()
    talks = _talks_per_day_and_week(calendar)
    terms = terms_of(
        calendar.hours, calendar.length, calendar.before, calendar.buffer, calendar.step, calendar.languages
    )
    not_asked = [_why_not_asked(one, question) for one in terms]
    for day, blocks in days_of(calendar.hours, calendar.zone, first, last):
        closed = _why_closed(calendar, question, day, talks)
        for number, start, end in blocks:
            yield Block(terms[number], start, end, closed or not_asked[number])


def hours_on(calendar: Calendar, day: date) -> list[Hours]:
    """The hours that count on this day, whatever else closes it."""
    return [calendar.hours[number] for number in numbers_on(rota_of(calendar.hours, day, day), day)]


def obstacles_of(calendar: Calendar, question: Question, terms: Terms) -> Iterator[Obstacle]:
    """What forbids a start in a block of such talks, the most telling first."""
    for absence in calendar.absences:
        first = _floor(absence.start) - terms.length + 1
        yield Obstacle(first, _ceil(absence.end), Why(Rule.ABSENT, absence))
    for taken in calendar.taken:
        first, until = _floor(taken.start) - terms.length - terms.after + 1, _ceil(taken.end) + terms.before
        if taken.talk is not None:  # named apart, so that a buffer can be called a buffer
            yield Obstacle(_floor(taken.talk.start) - terms.length + 1, _ceil(taken.talk.end), _why_taken(taken))
            yield Obstacle(first, until, Why(Rule.BUFFER, taken.talk))
        else:
            yield Obstacle(first, until, _why_taken(taken))
    yield Obstacle(-EVER, _ceil(question.earliest), Why(Rule.TOO_SOON, Span(question.earliest, question.earliest)))
    yield Obstacle(_floor(question.latest) + 1, EVER, Why(Rule.TOO_FAR, Span(question.latest, question.latest)))


@lru_cache(maxsize=16384)  # the same moments come back for every advisor and every visitor
def moment_at(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def _why_taken(taken: Taken) -> Why:
    rule = {"hold": Rule.HELD, "external": Rule.BUSY_ELSEWHERE}.get(taken.kind, Rule.TALK)
    return Why(rule, taken.talk or Span(taken.start, taken.end), calendar_id=taken.calendar_id)


def _why_closed(
    calendar: Calendar, question: Question, day: date, talks: tuple[Counter[date], Counter[date]]
) -> Why | None:
    """Why nothing at all can start on this day."""
    per_day, per_week = talks
    if day in question.closed_days:
        return Why(Rule.CLOSED_DAY)
    if calendar.max_per_day is not None and per_day[day] >= calendar.max_per_day:
        return Why(Rule.FULL_DAY, talks=calendar.max_per_day)
    if calendar.max_per_week is not None and per_week[_monday(day)] >= calendar.max_per_week:
        return Why(Rule.FULL_WEEK, talks=calendar.max_per_week)
    return None


def _why_not_asked(terms: Terms, question: Question) -> Why | None:
    if not terms.channels or (question.channel is not None and question.channel not in terms.channels):
        return Why(Rule.CHANNEL)
    if not terms.languages or (question.language is not None and question.language not in terms.languages):
        return Why(Rule.LANGUAGE)
    return None


def _talks_per_day_and_week(calendar: Calendar) -> tuple[Counter[date], Counter[date]]:
    """Talks and holds by the local day on which they start, and by the Monday of its week."""
    if not calendar.has_caps:
        return Counter(), Counter()
    starts = [taken.talk.start if taken.talk else taken.start for taken in calendar.taken if taken.kind in TALKS]
    days = [start.astimezone(calendar.zone).date() for start in starts]
    return Counter(days), Counter(_monday(day) for day in days)


class _Merged(NamedTuple):
    """Obstacles without their reasons, as stretches that neither touch nor overlap, in order."""

    firsts: list[int]
    untils: list[int]


def _merged(obstacles: Iterator[Obstacle]) -> _Merged:
    firsts: list[int] = []
    untils: list[int] = []
    for first, until, _why in sorted(obstacles, key=lambda one: one.first):
        if untils and first <= untils[-1]:
            untils[-1] = max(untils[-1], until)
        elif first < until:
            firsts.append(first)
            untils.append(until)
    return _Merged(firsts, untils)


def _left(starts: range, merged: _Merged) -> Iterator[range]:
    """The starts that no obstacle forbids, as stretches."""
    if not starts:
        return
    at, last = starts.start, starts[-1]
    number = bisect_right(merged.untils, at)
    while number < len(merged.firsts) and merged.firsts[number] <= last:
        yield range(at, merged.firsts[number], starts.step)
        steps = -(-(merged.untils[number] - starts.start) // starts.step)  # rounded up: the next start after it
        at = max(at, starts.start + steps * starts.step)
        number += 1
    yield range(at, last + 1, starts.step)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _span(start: int, end: int) -> Span:
    return Span(moment_at(start), moment_at(end))


def _floor(moment: datetime) -> int:
    return floor(moment.timestamp())


def _ceil(moment: datetime) -> int:
    return ceil(moment.timestamp())
