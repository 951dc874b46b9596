"""Free slots as a page lists them: grouped by local day, a limited number of days at a time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from advisors.availability.slots import Slot, to_datetime
from core.formatting import format_day, format_time

DAYS_AT_ONCE = 10  # two working weeks


@dataclass(frozen=True, slots=True)
class ListedSlot:
    value: str  # form value, see `format_start`
    time: str


@dataclass(frozen=True, slots=True)
class ListedDay:
    label: str
    slots: tuple[ListedSlot, ...]


@dataclass(frozen=True, slots=True)
class SlotPage:
    """Some days with free slots, and the first day of the next page."""

    days: tuple[ListedDay, ...]
    later: date | None
    is_first: bool


def format_start(starts_at: datetime) -> str:
    """Format a start time as `2026-11-24T08:30Z`, for forms and API clients."""
    return starts_at.astimezone(UTC).isoformat(timespec="minutes")[:16] + "Z"  # twice as fast as strftime


@lru_cache(maxsize=16384)  # the same start times recur for every advisor and visitor
def format_start_second(second: int) -> str:
    """Format a start time in Unix seconds."""
    return format_start(to_datetime(second))


def parse_start(value: str) -> datetime:
    """Parse a start time to UTC; raises ValueError when it is invalid or has no time zone."""
    at = datetime.fromisoformat(value.strip())
    if at.tzinfo is None:
        raise ValueError("a start time needs a time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def slot_page(slots: Iterable[Slot], *, since: date | None, language: str, zone: ZoneInfo) -> SlotPage:
    """First days on or after `since` that have a free slot; `slots` are sorted, one per start."""
    by_day: dict[date, list[datetime]] = {}
    for slot in slots:
        starts_at = slot.starts_at
        by_day.setdefault(starts_at.astimezone(zone).date(), []).append(starts_at)
    wanted = [day for day in by_day if since is None or day >= since]
    days = tuple(
        ListedDay(
            format_day(day, language, zone),
            tuple(ListedSlot(format_start(start), _time_on(day, start, language, zone)) for start in by_day[day]),
        )
        for day in islice(wanted, DAYS_AT_ONCE)
    )
    later = wanted[DAYS_AT_ONCE] if len(wanted) > DAYS_AT_ONCE else None
    return SlotPage(days=days, later=later, is_first=len(wanted) == len(by_day))


def _time_on(day: date, start: datetime, language: str, zone: ZoneInfo) -> str:
    """Format as `09.30`; in the hour that occurs twice, `02.30 (summer time)` and then `02.30 (winter time)`."""
    text = format_time(start, language, zone)
    if not _clock_changes_on(day, zone):
        return text
    clock = start.astimezone(zone)
    if clock.utcoffset() == clock.replace(fold=1 - clock.fold).utcoffset():  # this hour occurs once
        return text
    label = _("%(time)s (winter time)") if clock.fold else _("%(time)s (summer time)")
    return label % {"time": text}


@lru_cache(maxsize=1024)
def _clock_changes_on(day: date, zone: ZoneInfo) -> bool:
    first, last = datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone).replace(fold=1)
    return first.utcoffset() != last.utcoffset()
