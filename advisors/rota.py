"""On which days an advisor's hours count: weekly, by a rule, or once. Pure; days are local to the advisor."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from advisors.recurrence import days_of

LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours in which talks are held, local time: of a weekday, by a rule, or on one day only."""

    weekday: int | None  # 0 is Monday; None with a rule or a day
    starts: time
    ends: time
    channels: frozenset[str]
    location_id: int | None = None
    rule: str = ""  # RFC 5545, checked; counts from `valid_from`
    day: date | None = None
    replaces: bool = False  # on this day nothing but hours of the day itself counts
    valid_from: date | None = None
    valid_until: date | None = None
    languages: frozenset[str] | None = None  # None: every language of the advisor
    length: timedelta | None = None  # None: as the advisor
    before: timedelta | None = None
    buffer: timedelta | None = None
    step: timedelta | None = None


class Rota(NamedTuple):
    """Which hours count when, by their numbers in the calendar."""

    weekly: list[list[tuple[int, Hours]]]  # per weekday
    on_days: dict[date, list[int]]  # by a rule, and on one day only
    replaced: frozenset[date]  # days on which only hours of the day itself count


def rota_of(all_hours: tuple[Hours, ...], first: date, last: date) -> Rota:
    replaced = frozenset(hours.day for hours in all_hours if hours.replaces and hours.day)
    rota = Rota([[] for _ in range(7)], {}, replaced)
    for number, hours in enumerate(all_hours):
        if hours.weekday is not None:
            rota.weekly[hours.weekday].append((number, hours))
        elif hours.day is not None:
            rota.on_days.setdefault(hours.day, []).append(number)
        else:
            for day in days_of(hours.rule, hours.valid_from or LONG_AGO, first, last) - rota.replaced:
                if _is_valid(hours, day):
                    rota.on_days.setdefault(day, []).append(number)
    return rota


def numbers_on(rota: Rota, day: date) -> list[int]:
    special = rota.on_days.get(day, [])
    if day in rota.replaced:
        return special
    return [number for number, hours in rota.weekly[day.weekday()] if _is_valid(hours, day)] + special


def _is_valid(hours: Hours, day: date) -> bool:
    is_before = hours.valid_from is not None and day < hours.valid_from
    return not is_before and (hours.valid_until is None or day <= hours.valid_until)
