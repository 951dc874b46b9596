"""Working days: Monday to Friday without the public holidays of the Netherlands and the employer's own closed days.

Liberation Day (5 May) counts as a holiday once in five years, as most Dutch collective agreements have it. Whether
talks can be booked on a day is another rule: organisation/policy/closed_days.py.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from holidays.constants import PUBLIC

from core.message_schedule import MessageSchedule, at_local_time

ONE_DAY = timedelta(days=1)
Days = frozenset[date]
NO_DAYS: Days = frozenset()
FRIDAY, SATURDAY = 4, 5


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year, categories=(PUBLIC,)))


@lru_cache(maxsize=128)
def _named_holidays(year: int, language: str) -> dict[date, str]:
    names = holidays.country_holidays("NL", years=year, categories=(PUBLIC,), language=language)
    return dict(names.items())


def holiday_name(day: date, language: str) -> str:
    """Name of a public holiday, `Tweede kerstdag` in Dutch, otherwise in English; empty on any other day."""
    return _named_holidays(day.year, "nl" if language.startswith("nl") else "en_US").get(day, "")


def monday_of(day: date) -> date:
    """Monday of the week (ISO 8601) in which the day lies."""
    return day - timedelta(days=day.weekday())


def is_working_day(day: date, closed: Days = NO_DAYS) -> bool:
    """True on a weekday that is no public holiday and not one of `closed`, the employer's own closed days."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year) and day not in closed


def add_working_days(day: date, count: int, closed: Days = NO_DAYS) -> date:
    """Date `count` working days after `day`, or before it when `count` is negative; `day` itself for 0."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, closed):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """Number of working days after `start`, up to and including `end`; 0 when `end` is not after `start`."""
    return sum(is_working_day(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))


def next_invitation_time(moment: datetime, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    """Earliest time from `moment` on (UTC) at which mail about a rejection may be sent.

    By default that is on a working day from 10:00 until 17:00 in the zone, on Friday until 15:00: a candidate should
    not get such news in the evening, before a weekend, or on a day on which nobody can be reached.
    """
    local = moment.astimezone(zone)
    day = local.date()
    until = times.invitations_until_on_friday if day.weekday() == FRIDAY else times.invitations_until
    if is_working_day(day, times.closed_days) and local.time() < until:
        return max(moment.astimezone(UTC), at_local_time(day, times.invitations_from, zone))
    return at_local_time(add_working_days(day, 1, times.closed_days), times.invitations_from, zone)
