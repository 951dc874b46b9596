"""On which days an advisor's hours count: weekly, by a rule, or once. Pure; days are local to the advisor."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from advisors.availability.recurrence import days_of

LONG_AGO = date(1970, 1, 1)
A_YEAR, A_WEEK = 366, 7  # days; hours are compared with others this far ahead
FAR_AHEAD = timedelta(days=3 * A_YEAR)  # and never further than this


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


def days_on(hours: Hours, first: date, last: date) -> list[date]:
    """The days from the first to the last, both included, on which these hours alone would count."""
    rota = rota_of((hours,), first, last)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if numbers_on(rota, day)]


def overlap_of(new: Hours, others: tuple[Hours, ...], *, since: date) -> tuple[date, Hours] | None:
    """The first day on which new hours lie over others that count that day, and those others.

    Looks a year ahead from the day on which the new hours begin, and at what others begin later.
    """
    near = [1 + number for number, other in enumerate(others) if new.starts < other.ends and other.starts < new.ends]
    days = _days_to_compare(new, others, since) if near else []
    if not days:
        return None
    rota = rota_of((new, *others), days[0], days[-1])
    for day in days:
        numbers = numbers_on(rota, day)
        if 0 in numbers and (found := [number for number in near if number in numbers]):
            return day, others[found[0] - 1]
    return None


def _days_to_compare(new: Hours, others: tuple[Hours, ...], since: date) -> list[date]:
    if new.day is not None:
        return [new.day]
    first = max(since, new.valid_from or since)
    days = _days(first, A_YEAR)
    for other in others:
        if other.day is not None:
            days.add(other.day)
        elif other.valid_from is not None:
            days |= _days(other.valid_from, A_WEEK)
    return sorted(day for day in days if first <= day <= since + FAR_AHEAD)


def _days(first: date, count: int) -> set[date]:
    return {first + timedelta(days=number) for number in range(count)}


def _is_valid(hours: Hours, day: date) -> bool:
    is_before = hours.valid_from is not None and day < hours.valid_from
    return not is_before and (hours.valid_until is None or day <= hours.valid_until)
