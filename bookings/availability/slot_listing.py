"""Free moments as a page shows them: grouped by local day, a limited number at a time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from advisors.availability.slots import Slot, moment_at
from core.formatting import day_in_words, time_in_words

DAYS_AT_ONCE = 10  # two working weeks


@dataclass(frozen=True, slots=True)
class Moment:
    value: str  # what a form sends back, see `value_of`
    time: str


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days with free moments, and where the earlier and later ones begin."""

    days: tuple[Day, ...]
    later: date | None
    is_first: bool


def value_of(starts_at: datetime) -> str:
    """`2026-11-24T08:30Z`: a moment as forms and programs write it."""
    return starts_at.astimezone(UTC).isoformat(timespec="minutes")[:16] + "Z"  # twice as quick as strftime


@lru_cache(maxsize=16384)  # the same moments come back for every advisor and every visitor
def value_at(second: int) -> str:
    """Of a moment in seconds since 1970."""
    return value_of(moment_at(second))


def moment_of(value: str) -> datetime:
    """The other way round; raises ValueError when it is no moment with a time zone."""
    moment = datetime.fromisoformat(value.strip())
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


def stretch_of(slots: Iterable[Slot], *, since: date | None, language: str, zone: ZoneInfo) -> Stretch:
    """The first days on or after `since` that have a free moment; slots come sorted, one per start."""
    by_day: dict[date, list[datetime]] = {}
    for slot in slots:
        starts_at = slot.starts_at
        by_day.setdefault(starts_at.astimezone(zone).date(), []).append(starts_at)
    wanted = [day for day in by_day if since is None or day >= since]
    days = tuple(
        Day(
            day_in_words(day, language, zone),
            tuple(Moment(value_of(start), _time_on(day, start, language, zone)) for start in by_day[day]),
        )
        for day in islice(wanted, DAYS_AT_ONCE)
    )
    later = wanted[DAYS_AT_ONCE] if len(wanted) > DAYS_AT_ONCE else None
    return Stretch(days=days, later=later, is_first=len(wanted) == len(by_day))


def _time_on(day: date, start: datetime, language: str, zone: ZoneInfo) -> str:
    """`09.30`; on the day that an hour comes twice `02.30 (summer time)` and, an hour later, `02.30 (winter time)`."""
    said = time_in_words(start, language, zone)
    if not _clock_changes_on(day, zone):
        return said
    clock = start.astimezone(zone)
    if clock.utcoffset() == clock.replace(fold=1 - clock.fold).utcoffset():  # this hour comes once
        return said
    words = _("%(time)s (winter time)") if clock.fold else _("%(time)s (summer time)")
    return words % {"time": said}


@lru_cache(maxsize=1024)
def _clock_changes_on(day: date, zone: ZoneInfo) -> bool:
    first, last = datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone).replace(fold=1)
    return first.utcoffset() != last.utcoffset()
