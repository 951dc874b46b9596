"""Parse busy times from iCalendar files (RFC 5545) of any calendar program. Pure.

TRANSPARENT, CANCELLED and declined events do not block time, nor do our own talks, which return when they were written
into that calendar or accepted from a mail. An event that cannot be parsed is left out and counted; a file that is no
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
from advisors.external_calendars.errors import (
    CalendarCutOff,
    CalendarTooDense,
    CalendarTooFull,
    NoCalendar,
    PageInsteadOfCalendar,
)

ONE_DAY = timedelta(days=1)
MAX_EVENTS = 5000
MAX_SPANS = 5000
MAX_TIMES_A_DAY = 24  # of one recurrence rule
KEEPS_ITS_START = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})
DENSE = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
# Outlook's own property overrides TRANSP ([MS-OXCICAL] 2.1.3.1.1.20.31); working elsewhere does not block a call.
NOT_BUSY_FOR_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
_EVENT = re.compile(r"^BEGIN:VEVENT[ \t]*\n.*?^END:VEVENT[ \t]*$\n?", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_FOLD = re.compile(r"\n[ \t]")
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


def busy_times(documents: Sequence[bytes], options: ParseOptions) -> BusyTimes:
    """Parse the busy times in these documents.

    Raises NoCalendar, PageInsteadOfCalendar, CalendarCutOff, CalendarTooFull, CalendarTooDense.
    """
    spans: list[Span] = []
    skipped = 0
    events_by_head: dict[str, list[list[str]]] = defaultdict(
        list
    )  # CalDAV gives a document per event, with few different heads
    for text in map(_decode, documents):
        events_by_head[_head_of(text)].append(_blocks_of(text, options.window))
    if sum(len(events) for batches in events_by_head.values() for events in batches) > MAX_EVENTS:
        raise CalendarTooFull
    for head, batches in events_by_head.items():
        calendar = _calendar_of(head)
        for events in batches:
            found, failed = _busy_in(calendar, events, options)
            spans += found
            skipped += failed
    busy = merge(spans)
    if len(busy) > MAX_SPANS:
        raise CalendarTooFull
    return BusyTimes(busy, skipped)


def _decode(content: bytes) -> str:
    """Text of a calendar file. Only times are used, so a wrongly decoded title does no harm."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8-sig", errors="replace")
    text = re.sub(r"\r\n?", "\n", text.replace("\0", "")).strip()
    if not text[:15].upper() == "BEGIN:VCALENDAR":
        raise PageInsteadOfCalendar if re.search(r"<(?:!doctype|html)", text[:2000], re.IGNORECASE) else NoCalendar
    if not text[-13:].upper() == "END:VCALENDAR":
        raise CalendarCutOff
    return text + "\n"


def _head_of(text: str) -> str:
    """Calendar without its events: time zones and calendar properties."""
    return _unfolded(_EVENT.sub("", text))


def _blocks_of(text: str, window: Span) -> list[str]:
    """Text blocks of the events, without those that ended long before the window (calendars hold years of them)."""
    long_ago = (window.start - 2 * ONE_DAY).strftime("%Y%m%d")
    return [block for block in map(_unfolded, _EVENT.findall(text)) if not _was_over(block, long_ago)]


def _unfolded(block: str) -> str:
    return _FOLD.sub("", block)


def _was_over(block: str, day: str) -> bool:
    """True when a single event ended before this day (YYYYMMDD)."""
    days = _DAY.findall(block)
    return bool(days) and max(days) < day and not _MAY_END_LATER.search(block)


def _busy_in(calendar: Any, blocks: Iterable[str], options: ParseOptions) -> tuple[list[Span], int]:
    named = _zone_named(str(calendar.get("X-WR-TIMEZONE", "")))
    own = options.own_addresses | {
        str(calendar.get("X-WR-CALNAME", "")).strip().lower()
    }  # Google's name of a calendar is its owner's address
    series, skipped = _series_of(blocks, options.window)
    spans: list[Span] = []
    for events in series:
        if _is_own_talk(events[0], options.own_host):
            continue
        try:
            spans += [
                span
                for event in _occurrences(events, named, options.window)
                if _blocks_time(event, own) and (span := _span_of(event, named or options.zone, options.window))
            ]
        except CalendarTooDense:
            raise
        except Exception:  # an untrusted event may raise anything; the other events still count
            skipped += 1
    return spans, skipped


def _calendar_of(head: str) -> Any:
    """Calendar parsed from its head; the library keeps its time zones by name for the events that follow."""
    tzp.use_zoneinfo()  # clears the zones of the previous calendar: programs use one name for different zones
    for name in WINDOWS_TO_OLSON:
        if name in head:  # looking up all of them would take most of the time
            tzp.timezone(name)  # Windows names are resolved, with or without a definition in the file
    try:
        return Calendar.from_ical(head)
    except ValueError:
        raise NoCalendar from None


def _zone_named(name: str) -> tzinfo | None:
    return tzp.timezone(name) if name else None


def _series_of(blocks: Iterable[str], window: Span) -> tuple[list[list[Any]], int]:
    """Events grouped by UID: a recurring event with the overrides of its single occurrences."""
    series: dict[str, list[Any]] = defaultdict(list)
    skipped = 0
    for number, block in enumerate(blocks):
        try:
            event: Any = Event.from_ical(block)
            event.DTSTART  # noqa: B018  # raises when it is missing
            _refuse_dense(event)
            _clip(event, window)
        except CalendarTooDense:
            raise
        except Exception:  # as above
            skipped += 1
            continue
        series[str(event.get("UID", number))].append(event)
    return list(series.values()), skipped


def _refuse_dense(event: Any) -> None:
    """Refuse rules with too many occurrences a day: the library expands them one by one."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        times_a_day = prod(len(rule.get(part, [])) or 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        intervals = rule.get("INTERVAL", [1])
        if DENSE & {str(freq).upper() for freq in rule.get("FREQ", [])} or times_a_day > MAX_TIMES_A_DAY:
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


def _span_of(event: Any, zone: tzinfo, window: Span) -> Span | None:
    """Event within the window, in whole seconds and UTC; None when nothing is left."""
    start, end = _utc(event.start, zone), _utc(event.end, zone)
    start, end = max(start.replace(microsecond=0), window.start), min(end.replace(microsecond=0), window.end)
    return Span(start, end) if start < end else None


def _utc(value: date, zone: tzinfo) -> datetime:
    """Time in UTC; a date is midnight in the zone."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  # its zone follows
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    with suppress(OverflowError):  # the year 1 or 9999, in another zone
        return value.astimezone(UTC)
    return value.replace(tzinfo=UTC)
