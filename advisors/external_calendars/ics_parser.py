"""Parse busy times from iCalendar files (RFC 5545) of any calendar program. Pure.

TRANSPARENT, CANCELLED and declined events do not block time, nor do our own talks, which return when they were written
into that calendar or accepted from a mail. An event that cannot be parsed is counted with its day; a file that is no
calendar, or that would take too long, is refused with the reason.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import prod
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.timezone import tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON
from recurring_ical_events import CalendarQuery
from x_wr_timezone import UTCChangingWalker

from advisors.availability.intervals import merge
from advisors.availability.slots import Span
from advisors.external_calendars.errors import CalendarTooDense, CalendarTooFull
from advisors.external_calendars.ics_components import calendars_in

ONE_DAY = timedelta(days=1)
MAX_EVENTS = 5000
MAX_SPANS = 5000
MAX_TIMES_A_DAY = 24  # of one recurrence rule
MAX_DENSE_COUNT = 500  # occurrences of a rule with more than that, when it says how many there are
MAX_SKIPPED_DAYS = 20
UTC_NAMES = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT"})
KEEPS_ITS_START = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})
DENSE = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
# Outlook's own property overrides TRANSP ([MS-OXCICAL] 2.1.3.1.1.20.31); working elsewhere does not block a call.
NOT_BUSY_FOR_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
_DAY = re.compile(r"^DT(?:START|END)(?:;[^\n]*)?:(\d{8})", re.MULTILINE | re.IGNORECASE)
_MAY_END_LATER = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID|DURATION)[;:]", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ParseOptions:
    """Window to parse, and whose calendar it is."""

    window: Span
    zone: ZoneInfo  # for all-day events and floating times, when the calendar has no default zone
    own_addresses: frozenset[str] = frozenset()  # lower case: attendees whose declined invitations do not block
    own_host: str = ""  # events with a UID at this host are our own talks


class BusyTimes(NamedTuple):
    busy: list[Span]  # in order, without overlap
    skipped: int  # events that could not be parsed
    skipped_days: list[date] = []  # on which they begin, as far as that can be read


class _Skipped:
    """Events that could not be parsed."""

    def __init__(self) -> None:
        self.number = 0
        self.days: set[date] = set()

    def add(self, block: str) -> None:
        self.number += 1
        with suppress(ValueError):
            if found := _DAY.search(block):
                self.days.add(datetime.strptime(found[1], "%Y%m%d").date())  # noqa: DTZ007  # a date


def busy_times(documents: Sequence[bytes], options: ParseOptions) -> BusyTimes:
    """Parse the busy times in these documents.

    Raises NoCalendar, PageInsteadOfCalendar, CalendarCutOff, CalendarTooFull, CalendarTooDense.
    """
    spans: list[Span] = []
    skipped = _Skipped()
    # CalDAV gives a document per event, with few different heads.
    events_by_head: dict[tuple[str, tuple[str, ...]], list[list[str]]] = defaultdict(list)
    for calendar in (calendar for document in documents for calendar in calendars_in(document)):
        events_by_head[calendar.head, calendar.zones].append(_not_over(calendar.events, options.window))
    if sum(len(events) for batches in events_by_head.values() for events in batches) > MAX_EVENTS:
        raise CalendarTooFull
    for (head, zones), batches in events_by_head.items():
        properties = _calendar_of(head, zones)
        for events in batches:
            spans += _busy_in(properties, events, options, skipped)
    busy = merge(spans)
    if len(busy) > MAX_SPANS:
        raise CalendarTooFull
    return BusyTimes(busy, skipped.number, sorted(skipped.days)[:MAX_SKIPPED_DAYS])


def _not_over(events: list[str], window: Span) -> list[str]:
    """Events without those that ended long before the window (calendars hold years of them)."""
    long_ago = (window.start - 2 * ONE_DAY).strftime("%Y%m%d")
    return [event for event in events if not _was_over(event, long_ago)]


def _was_over(block: str, day: str) -> bool:
    """True when a single event ended before this day (YYYYMMDD)."""
    days = _DAY.findall(block)
    return bool(days) and max(days) < day and not _MAY_END_LATER.search(block)


def _busy_in(properties: Any, blocks: Iterable[str], options: ParseOptions, skipped: _Skipped) -> list[Span]:
    named = _zone_named(str(properties.get("X-WR-TIMEZONE", "")))
    own = options.own_addresses | {
        str(properties.get("X-WR-CALNAME", "")).strip().lower()
    }  # Google's name of a calendar is its owner's address
    local = _Zones(days=options.zone, times=named or options.zone)
    spans: list[Span] = []
    for series in _series_of(blocks, options.window, skipped):
        if _is_own_talk(series[0].event, options.own_host):
            continue
        try:
            spans += [
                span
                for event in _occurrences([one.event for one in series], named, options.window)
                if _blocks_time(event, own) and (span := _span_of(event, local, options.window))
            ]
        except CalendarTooDense:
            raise
        except Exception:  # an untrusted event may raise anything; the other events still count
            skipped.add(series[0].block)
    return spans


def _calendar_of(head: str, zones: Iterable[str]) -> Any:
    """Properties of a calendar; the library keeps its time zones by name for the events that follow.

    A time zone that cannot be parsed is left out: its name often says enough.
    """
    tzp.use_zoneinfo()  # clears the zones of the previous calendar: programs use one name for different zones
    for zone in zones:
        for name in WINDOWS_TO_OLSON:
            if name in zone:  # looking up all of them would take most of the time
                tzp.timezone(name)  # Windows names are resolved, with or without a definition in the file
        with suppress(Exception):  # an untrusted definition may raise anything
            Calendar.from_ical(f"BEGIN:VCALENDAR\n{zone}\nEND:VCALENDAR\n")
    try:
        return Calendar.from_ical(f"BEGIN:VCALENDAR\n{head}\nEND:VCALENDAR\n")
    except ValueError:
        return Calendar()


def _zone_named(name: str) -> tzinfo | None:
    """Zone of a calendar. UTC is none: many programs write it without meaning it."""
    return tzp.timezone(name) if name and name.strip().upper() not in UTC_NAMES else None


class _Parsed(NamedTuple):
    event: Any
    block: str


def _series_of(blocks: Iterable[str], window: Span, skipped: _Skipped) -> list[list[_Parsed]]:
    """Events grouped by UID: a recurring event with the overrides of its single occurrences."""
    by_uid: dict[str, list[_Parsed]] = defaultdict(list)
    for number, block in enumerate(blocks):
        try:
            event = _parse(block)
            _refuse_dense(event)
            _clip(event, window)
        except CalendarTooDense:
            raise
        except Exception:  # as above
            skipped.add(block)
            continue
        by_uid[str(event.get("UID", number))].append(_Parsed(event, block))
    return [series for events in by_uid.values() for series in _versions(events)]


def _versions(events: list[_Parsed]) -> list[list[_Parsed]]:
    """Series of the latest version; events that have one UID by mistake are a series each."""
    overrides = [one for one in events if "RECURRENCE-ID" in one.event]
    whole = [one for one in events if "RECURRENCE-ID" not in one.event]
    latest = max((_sequence(one.event) for one in whole), default=0)
    current = [one for one in whole if _sequence(one.event) == latest]
    return [current[:1] + overrides, *([other] for other in current[1:])]


def _sequence(event: Any) -> int:
    return int(event.get("SEQUENCE", 0))


def _parse(block: str) -> Any:
    event: Any = Event.from_ical(block)
    event.DTSTART  # noqa: B018  # raises when it is missing
    return event


def _refuse_dense(event: Any) -> None:
    """Refuse rules with too many occurrences a day: the library expands them one by one."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        times_a_day = prod(len(rule.get(part, [])) or 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        intervals = rule.get("INTERVAL", [1])
        is_dense = DENSE & {str(freq).upper() for freq in rule.get("FREQ", [])} or times_a_day > MAX_TIMES_A_DAY
        if is_dense and int(rule.get("COUNT", [MAX_SPANS])[0]) > MAX_DENSE_COUNT:
            raise CalendarTooDense
        if any(int(interval) < 1 for interval in intervals):
            raise CalendarTooDense


def _clip(event: Any, window: Span) -> None:
    """Cut an event to the window: the libraries cannot handle the year 1 or times after 9999.

    A recurring event keeps its start, from which its occurrences are counted.
    """
    start, before, after = event["DTSTART"].dt, window.start - 2 * ONE_DAY, window.end + 2 * ONE_DAY
    last = _as(start, after)
    if "DTEND" in event and event["DTEND"].dt > _as(event["DTEND"].dt, after):
        event["DTEND"].dt = last if start < last else start + ONE_DAY
    if "DURATION" in event:
        event["DURATION"].dt = min(event["DURATION"].dt, max(last - start, ONE_DAY))
    if start < _as(start, before) and not KEEPS_ITS_START & set(event):
        _set_start(event, before)


def _set_start(event: Any, start_at: datetime) -> None:
    """Move the start of an event that is still going on at that time."""
    start = event["DTSTART"].dt
    first = _as(start, start_at)
    if "DURATION" in event and start + event["DURATION"].dt > first:
        event["DURATION"].dt -= first - start
        event["DTSTART"].dt = first
    elif "DTEND" in event and event["DTEND"].dt > _as(event["DTEND"].dt, start_at):
        event["DTSTART"].dt = first


def _as(value: date, time_at: datetime) -> date:
    """`time_at` as the type of `value`: a date, a floating time, or a time in its zone."""
    if not isinstance(value, datetime):
        return time_at.date()
    return time_at.replace(tzinfo=None) if value.tzinfo is None else time_at.astimezone(value.tzinfo)


def _is_own_talk(event: Any, own_host: str) -> bool:
    return bool(own_host) and str(event.get("UID", "")).lower().endswith(f"@{own_host}")


def _occurrences(events: list[Any], named: tzinfo | None, window: Span) -> list[Any]:
    calendar = Calendar()
    for event in events:
        calendar.add_component(event)
    if named is not None:  # Google writes recurring events in UTC that follow this zone
        calendar = UTCChangingWalker(named).walk(calendar)
    found: list[Any] = CalendarQuery(calendar).between(window.start - ONE_DAY, window.end + ONE_DAY)
    return found


def _blocks_time(event: Any, own_addresses: frozenset[str]) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    outlook = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if outlook in NOT_BUSY_FOR_OUTLOOK or (not outlook and str(event.get("TRANSP", "")).upper() == "TRANSPARENT"):
        return False
    attendees = event.get("ATTENDEE", [])
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        address = re.sub(r"^mailto:", "", str(attendee).strip(), flags=re.IGNORECASE).lower()
        if address in own_addresses and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED":
            return False
    return True


class _Zones(NamedTuple):
    """Zones of what names none: whole days are the advisor's own, whatever the calendar says."""

    days: tzinfo
    times: tzinfo


def _span_of(event: Any, zones: _Zones, window: Span) -> Span | None:
    """Event within the window, in whole seconds and UTC; None when nothing is left."""
    start, end = _utc(event.start, zones), _utc(event.end, zones)
    start, end = max(start.replace(microsecond=0), window.start), min(end.replace(microsecond=0), window.end)
    return Span(start, end) if start < end else None


def _utc(value: date, zones: _Zones) -> datetime:
    """Time in UTC; a date is midnight in the zone of days."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=zones.days)
    if value.tzinfo is None:
        value = value.replace(tzinfo=zones.times)
    with suppress(OverflowError):  # the year 1 or 9999, in another zone
        return value.astimezone(UTC)
    return value.replace(tzinfo=UTC)
