"""Opening hours of an advisor: weekly, by a recurrence rule, or on one date. Pure; days are local to the advisor."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from advisors.availability.recurrence import occurrences_between

LONG_AGO = date(1970, 1, 1)
A_YEAR, A_WEEK = 366, 7  # days ahead in which hours are compared with others
FAR_AHEAD = timedelta(days=3 * A_YEAR)  # the limit of that comparison


@dataclass(frozen=True, slots=True)
class Hours:
    """One block of opening hours in local time: of a weekday, by a recurrence rule, or on one date."""

    weekday: int | None  # 0 is Monday; None with a rule or a day
    starts: time
    ends: time
    channels: frozenset[str]
    location_id: int | None = None
    rule: str = ""  # RFC 5545, checked; counts from `valid_from`
    day: date | None = None
    replaces: bool = False  # on `day`, instead of the recurring hours
    valid_from: date | None = None
    valid_until: date | None = None
    languages: frozenset[str] | None = None  # None: every language of the advisor
    length: timedelta | None = None  # None, here and below: the advisor's own setting
    before: timedelta | None = None
    buffer: timedelta | None = None
    step: timedelta | None = None


class OpeningSchedule(NamedTuple):
    """Opening hours by day; a block id is the index of the hours in the list that the schedule was built from."""

    weekly: list[list[tuple[int, Hours]]]  # per weekday
    on_dates: dict[date, list[int]]  # by a recurrence rule or on one date
    replaced: frozenset[date]  # dates whose own hours replace the recurring ones


def schedule_for(all_hours: tuple[Hours, ...], first: date, last: date) -> OpeningSchedule:
    """Schedule from the first day to the last, both included."""
    replaced = frozenset(hours.day for hours in all_hours if hours.replaces and hours.day)
    schedule = OpeningSchedule([[] for _ in range(7)], {}, replaced)
    for block_id, hours in enumerate(all_hours):
        if hours.weekday is not None:
            schedule.weekly[hours.weekday].append((block_id, hours))
        elif hours.day is not None:
            schedule.on_dates.setdefault(hours.day, []).append(block_id)
        else:
            for day in occurrences_between(hours.rule, hours.valid_from or LONG_AGO, first, last) - schedule.replaced:
                if _is_valid(hours, day):
                    schedule.on_dates.setdefault(day, []).append(block_id)
    return schedule


def block_ids_on(schedule: OpeningSchedule, day: date) -> list[int]:
    """Blocks that apply on this day: those of the date itself, and the weekly ones unless they are replaced."""
    special = schedule.on_dates.get(day, [])
    if day in schedule.replaced:
        return special
    return [block_id for block_id, hours in schedule.weekly[day.weekday()] if _is_valid(hours, day)] + special


def days_on(hours: Hours, first: date, last: date) -> list[date]:
    """Days from the first to the last, both included, on which these hours apply."""
    schedule = schedule_for((hours,), first, last)
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in days if block_ids_on(schedule, day)]


def first_overlap(new: Hours, others: tuple[Hours, ...], *, since: date) -> tuple[date, Hours] | None:
    """First day on which the new hours overlap other hours, with those other hours; None without overlap.

    Compares a year from the first valid day of the new hours, and the first week of hours that become valid later.
    """
    near = [1 + i for i, other in enumerate(others) if new.starts < other.ends and other.starts < new.ends]
    days = _days_to_compare(new, others, since) if near else []
    if not days:
        return None
    schedule = schedule_for((new, *others), days[0], days[-1])
    for day in days:
        block_ids = block_ids_on(schedule, day)
        if 0 in block_ids and (found := [block_id for block_id in near if block_id in block_ids]):
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
    return {first + timedelta(days=offset) for offset in range(count)}


def _is_valid(hours: Hours, day: date) -> bool:
    is_before = hours.valid_from is not None and day < hours.valid_from
    return not is_before and (hours.valid_until is None or day <= hours.valid_until)
