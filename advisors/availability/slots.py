"""Slot engine: computes free slots, and the rule that removes a slot. Pure.

The booking page, the booking itself, the API, the waitlist and the agenda's explanations all use it. A rule either
closes a whole block of hours (`blocks_of`) or forbids a range of starts within one (`obstacles_of`). `free_slots` lists
the starts that are left; `why_not` names the rule that removed one.

All datetimes are aware, spans are half-open and in UTC. Opening hours are local to the advisor and are expanded in the
advisor's own time zone, so that a talk at 10:00 stays at 10:00 when the clock changes; lengths are added in UTC.
Internally, times are whole seconds since 1970, because a page computes thousands of them.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache, partial
from itertools import repeat
from typing import NamedTuple
from zoneinfo import ZoneInfo

from advisors.availability.opening_hours import Hours, block_ids_on, schedule_for
from advisors.availability.slot_rules import SlotRules, blocks_per_day, rules_per_block
from core.working_days import monday_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = 1 << 40  # seconds; far beyond any calendar
COUNTED_KINDS = frozenset({"booking", "hold"})  # for the maximum per day and week


class Span(NamedTuple):
    start: datetime
    end: datetime


class BusyPeriod(NamedTuple):
    """Busy time, buffers included; `talk` is the talk without buffers, for a booking or hold of our own."""

    start: datetime
    end: datetime
    kind: str = "booking"  # or hold, external
    talk: Span | None = None
    calendar_id: int | None = None  # the external calendar that it was read from


@dataclass(frozen=True, slots=True)
class Calendar:
    """Input of the slot engine for one advisor."""

    advisor_id: int
    zone: ZoneInfo
    length: timedelta
    buffer: timedelta  # after a talk
    hours: tuple[Hours, ...]
    languages: frozenset[str]
    before: timedelta = timedelta()  # buffer before a talk
    step: timedelta | None = None  # between possible starts; None: length plus buffers
    max_per_day: int | None = None
    max_per_week: int | None = None  # Monday to Sunday
    absences: tuple[Span, ...] = ()
    busy: tuple[BusyPeriod, ...] = ()

    @property
    def has_caps(self) -> bool:
        return self.max_per_day is not None or self.max_per_week is not None


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """Range of start times that is asked for, with channel, language and closed days."""

    earliest: datetime  # now plus notice
    latest: datetime  # now plus horizon
    channel: str | None = None
    language: str | None = None
    closed_days: frozenset[date] = field(default_factory=frozenset)


class Slot(NamedTuple):
    """Free slot. Thousands are made per page, so it stores seconds and converts them to datetimes on demand."""

    start: int  # seconds since 1970
    advisor_id: int
    rules: SlotRules

    @property
    def starts_at(self) -> datetime:
        return to_datetime(self.start)

    @property
    def ends_at(self) -> datetime:
        return to_datetime(self.start + self.rules.length)

    @property
    def busy_from(self) -> datetime:
        return to_datetime(self.start - self.rules.before)

    @property
    def busy_until(self) -> datetime:
        return to_datetime(self.start + self.rules.length + self.rules.after)

    @property
    def channels(self) -> frozenset[str]:
        return self.rules.channels

    @property
    def location_id(self) -> int | None:
        return self.rules.location_id


_new_slot = partial(tuple.__new__, Slot)


class Rule(StrEnum):
    """Reason why a slot is not free, in the order in which reasons are preferred (last first)."""

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
    """Rule that removes a slot, with its details: a span, a number of talks, or an external calendar."""

    rule: Rule
    span: Span | None = None
    talks: int | None = None
    calendar_id: int | None = None


class Block(NamedTuple):
    """Opening hours on one day, in seconds; `why` is set when a rule closes the whole block."""

    rules: SlotRules
    start: int
    end: int
    why: Why | None

    @property
    def starts(self) -> range:
        """Possible starts from which a talk ends within the block."""
        return range(self.start, self.end - self.rules.length + 1, self.rules.step)


class Obstacle(NamedTuple):
    """Range of starts that a rule forbids, in seconds: from `first` up to, not including, `until`."""

    first: int
    until: int
    why: Why


def free_slots(calendar: Calendar, query: SlotQuery) -> list[Slot]:
    """Free slots of one advisor, in order of start."""
    merged: dict[tuple[int, int, int], _Merged] = {}
    found: dict[int, Slot] = {}
    for block in blocks_of(calendar, query):
        if block.why is not None:
            continue
        rules = block.rules
        if rules.durations not in merged:
            merged[rules.durations] = _merged(obstacles_of(calendar, query, rules))
        for starts in _free_starts(block.starts, merged[rules.durations]):
            for slot in _slots(starts, calendar.advisor_id, rules):
                found.setdefault(slot[0], slot)  # overlapping blocks may give a start twice: the first one counts
    return sorted(found.values())


def _slots(starts: range, advisor_id: int, rules: SlotRules) -> Iterator[Slot]:
    """Build slots in C, without a Python call for each: a pool has thousands."""
    return map(_new_slot, zip(starts, repeat(advisor_id), repeat(rules)))


def why_not(calendar: Calendar, query: SlotQuery, starts_at: datetime) -> Why | None:
    """Rule that removes this start; None when it is free, which is exactly when `free_slots` lists it."""
    if starts_at.microsecond:
        return Why(Rule.OFF_GRID)
    start, reasons = int(starts_at.timestamp()), []
    only_this = SlotQuery(starts_at, starts_at, query.channel, query.language, query.closed_days)
    for block in blocks_of(calendar, only_this):
        why = _why_not_in(block, calendar, query, start)
        if why is None:
            return None
        reasons.append(why)
    order = list(Rule)
    return max(reasons, key=lambda why: order.index(why.rule), default=Why(Rule.OUTSIDE_HOURS))


def _why_not_in(block: Block, calendar: Calendar, query: SlotQuery, start: int) -> Why | None:
    if not block.start <= start <= block.end - block.rules.length:
        return Why(Rule.OUTSIDE_HOURS)
    if start not in block.starts:
        return Why(Rule.OFF_GRID, _span(block.start, block.end))
    if block.why is not None:
        return block.why
    obstacles = obstacles_of(calendar, query, block.rules)
    return next((one.why for one in obstacles if one.first <= start < one.until), None)


def blocks_of(calendar: Calendar, query: SlotQuery) -> Iterator[Block]:
    """Blocks of hours on each local day of the query, including blocks that a rule closes as a whole."""
    first = query.earliest.astimezone(calendar.zone).date()
    last = query.latest.astimezone(calendar.zone).date()
    talks = _talks_per_day_and_week(calendar)
    rules = rules_per_block(
        calendar.hours, calendar.length, calendar.before, calendar.buffer, calendar.step, calendar.languages
    )
    mismatches = [_mismatch(one, query) for one in rules]
    for day, blocks in blocks_per_day(calendar.hours, calendar.zone, first, last):
        closed = _why_closed(calendar, query, day, talks)
        for block_id, start, end in blocks:
            yield Block(rules[block_id], start, end, closed or mismatches[block_id])


def hours_on(calendar: Calendar, day: date) -> list[Hours]:
    """Opening hours that apply on this day, also when the day is closed for another reason."""
    return [calendar.hours[block_id] for block_id in block_ids_on(schedule_for(calendar.hours, day, day), day)]


def obstacles_of(calendar: Calendar, query: SlotQuery, rules: SlotRules) -> Iterator[Obstacle]:
    """Ranges of forbidden starts for talks with these rules, the most informative reason first."""
    for absence in calendar.absences:
        first = _round_down(absence.start) - rules.length + 1
        yield Obstacle(first, _round_up(absence.end), Why(Rule.ABSENT, absence))
    for period in calendar.busy:
        first, until = _round_down(period.start) - rules.length - rules.after + 1, _round_up(period.end) + rules.before
        if period.talk is not None:  # separate obstacles, so that a buffer is reported as a buffer
            yield Obstacle(
                _round_down(period.talk.start) - rules.length + 1, _round_up(period.talk.end), _why_busy(period)
            )
            yield Obstacle(first, until, Why(Rule.BUFFER, period.talk))
        else:
            yield Obstacle(first, until, _why_busy(period))
    yield Obstacle(-FOREVER, _round_up(query.earliest), Why(Rule.TOO_SOON, Span(query.earliest, query.earliest)))
    yield Obstacle(_round_down(query.latest) + 1, FOREVER, Why(Rule.TOO_FAR, Span(query.latest, query.latest)))


@lru_cache(maxsize=16384)  # the same times occur for every advisor and every visitor
def to_datetime(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def _why_busy(period: BusyPeriod) -> Why:
    rule = {"hold": Rule.HELD, "external": Rule.BUSY_ELSEWHERE}.get(period.kind, Rule.TALK)
    return Why(rule, period.talk or Span(period.start, period.end), calendar_id=period.calendar_id)


def _why_closed(
    calendar: Calendar, query: SlotQuery, day: date, talks: tuple[Counter[date], Counter[date]]
) -> Why | None:
    """Reason why no talk can start on this day."""
    per_day, per_week = talks
    if day in query.closed_days:
        return Why(Rule.CLOSED_DAY)
    if calendar.max_per_day is not None and per_day[day] >= calendar.max_per_day:
        return Why(Rule.FULL_DAY, talks=calendar.max_per_day)
    if calendar.max_per_week is not None and per_week[monday_of(day)] >= calendar.max_per_week:
        return Why(Rule.FULL_WEEK, talks=calendar.max_per_week)
    return None


def _mismatch(rules: SlotRules, query: SlotQuery) -> Why | None:
    """Reason why these hours do not match the channel and language that are asked for."""
    if not rules.channels or (query.channel is not None and query.channel not in rules.channels):
        return Why(Rule.CHANNEL)
    if not rules.languages or (query.language is not None and query.language not in rules.languages):
        return Why(Rule.LANGUAGE)
    return None


def _talks_per_day_and_week(calendar: Calendar) -> tuple[Counter[date], Counter[date]]:
    """Number of talks and holds per local day of their start, and per week (its Monday)."""
    if not calendar.has_caps:
        return Counter(), Counter()
    busy = [period for period in calendar.busy if period.kind in COUNTED_KINDS]
    starts = [period.talk.start if period.talk else period.start for period in busy]
    days = [start.astimezone(calendar.zone).date() for start in starts]
    return Counter(days), Counter(monday_of(day) for day in days)


class _Merged(NamedTuple):
    """Forbidden ranges without their reasons, in order; they neither touch nor overlap."""

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


def _free_starts(starts: range, merged: _Merged) -> Iterator[range]:
    """Ranges of starts that no obstacle forbids."""
    if not starts:
        return
    at, last = starts.start, starts[-1]
    index = bisect_right(merged.untils, at)
    while index < len(merged.firsts) and merged.firsts[index] <= last:
        yield range(at, merged.firsts[index], starts.step)
        steps = -(-(merged.untils[index] - starts.start) // starts.step)  # rounded up: the next start after it
        at = max(at, starts.start + steps * starts.step)
        index += 1
    yield range(at, last + 1, starts.step)


def _span(start: int, end: int) -> Span:
    return Span(to_datetime(start), to_datetime(end))


def _round_down(value: datetime) -> int:
    return math.floor(value.timestamp())


def _round_up(value: datetime) -> int:
    return math.ceil(value.timestamp())
