"""What hours come to: on which days, from when until when, and how talks in them go. Pure.

Hours seldom change and everybody asks about the same days, so the answers are kept, by the value of what was asked.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisors.availability.opening_hours import Hours, numbers_on, rota_of


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """How talks in a block go; in seconds. Made once per hours, shared by all their slots."""

    length: int
    before: int
    after: int
    step: int
    channels: frozenset[str]
    languages: frozenset[str]
    location_id: int | None

    @property
    def lasts(self) -> tuple[int, int, int]:
        return self.length, self.before, self.after


@lru_cache(maxsize=1024)
def terms_of(
    all_hours: tuple[Hours, ...],
    length: timedelta,
    before: timedelta,
    after: timedelta,
    step: timedelta | None,
    languages: frozenset[str],
) -> list[Terms]:
    """Of each of the hours: their own, else the advisor's; policy came before (design.md, An advisor's time)."""
    return [_terms_in(hours, length, before, after, step, languages) for hours in all_hours]


def _terms_in(
    hours: Hours,
    length: timedelta,
    before: timedelta,
    after: timedelta,
    step: timedelta | None,
    languages: frozenset[str],
) -> Terms:
    lasts = [
        _seconds(usual if own is None else own)
        for own, usual in ((hours.length, length), (hours.before, before), (hours.buffer, after))
    ]
    step = step if hours.step is None else hours.step
    return Terms(
        length=lasts[0],
        before=lasts[1],
        after=lasts[2],
        step=sum(lasts) if step is None else _seconds(step),
        channels=hours.channels,
        languages=languages if hours.languages is None else hours.languages & languages,
        location_id=hours.location_id,
    )


@lru_cache(maxsize=1024)
def days_of(
    all_hours: tuple[Hours, ...], zone: ZoneInfo, first: date, last: date
) -> list[tuple[date, list[tuple[int, int, int]]]]:
    """The local days with hours: the numbers of these hours, and when they start and end (seconds since 1970)."""
    rota, found = rota_of(all_hours, first, last), []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if numbers := numbers_on(rota, day):
            hours = [(one, all_hours[one]) for one in numbers]
            found.append((day, [(one, _second(day, h.starts, zone), _second(day, h.ends, zone)) for one, h in hours]))
    return found


@lru_cache(maxsize=8192)
def _second(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, tzinfo=zone).timestamp())


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
