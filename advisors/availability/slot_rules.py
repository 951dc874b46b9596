"""Expand opening hours into dated blocks with slot length, step and buffers. Pure.

Hours seldom change and every request asks about the same days, so the results are cached by the value of the arguments.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisors.availability.opening_hours import Hours, block_ids_on, schedule_for


@dataclass(frozen=True, slots=True, eq=False)
class SlotRules:
    """Slot length, buffers and step of a block, in seconds. One object per opening, shared by all its slots."""

    length: int
    before: int
    after: int
    step: int
    channels: frozenset[str]
    languages: frozenset[str]
    location_id: int | None

    @property
    def durations(self) -> tuple[int, int, int]:
        return self.length, self.before, self.after


@lru_cache(maxsize=1024)
def rules_per_block(
    all_hours: tuple[Hours, ...],
    length: timedelta,
    before: timedelta,
    after: timedelta,
    step: timedelta | None,
    languages: frozenset[str],
) -> list[SlotRules]:
    """Slot rules per block: its own settings, else the advisor's (which policy has completed)."""
    return [_rules_of(hours, length, before, after, step, languages) for hours in all_hours]


def _rules_of(
    hours: Hours,
    length: timedelta,
    before: timedelta,
    after: timedelta,
    step: timedelta | None,
    languages: frozenset[str],
) -> SlotRules:
    durations = [
        _seconds(default if own is None else own)
        for own, default in ((hours.length, length), (hours.before, before), (hours.buffer, after))
    ]
    step = step if hours.step is None else hours.step
    return SlotRules(
        length=durations[0],
        before=durations[1],
        after=durations[2],
        step=sum(durations) if step is None else _seconds(step),
        channels=hours.channels,
        languages=languages if hours.languages is None else hours.languages & languages,
        location_id=hours.location_id,
    )


@lru_cache(maxsize=1024)
def blocks_per_day(
    all_hours: tuple[Hours, ...], zone: ZoneInfo, first: date, last: date
) -> list[tuple[date, list[tuple[int, int, int]]]]:
    """Local days with open blocks, as (index into `all_hours`, start, end); times in seconds since 1970."""
    schedule, found = schedule_for(all_hours, first, last), []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if block_ids := block_ids_on(schedule, day):
            hours = [(block_id, all_hours[block_id]) for block_id in block_ids]
            found.append((day, [(i, _timestamp(day, h.starts, zone), _timestamp(day, h.ends, zone)) for i, h in hours]))
    return found


@lru_cache(maxsize=8192)
def _timestamp(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, tzinfo=zone).timestamp())


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
