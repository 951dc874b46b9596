"""Busy times in calendar files (RFC 5545), whatever program wrote them. Values in, values out.

What does not block: TRANSPARENT, CANCELLED and declined events, and our own talks, which come back when they were
written into that calendar or accepted from a mail. One event that cannot be understood is left out and counted; a
calendar that is no calendar, or that would keep us busy for ever, is refused with the reason.
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

from advisors.availability.slots import Span
from advisors.external_calendars.errors import (
    CalendarCutOff,
    CalendarTooDense,
    CalendarTooFull,
    NoCalendar,
    PageInsteadOfCalendar,
)

ONE_DAY = timedelta(days=1)
MOST_EVENTS = 5000
MOST_SPANS = 5000
MOST_TIMES_A_DAY = 24  # that one rule names
COUNTED_FROM_START = frozenset({"RRULE", "RDATE", "RECURRENCE-ID"})
DENSE = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
# Outlook's own word goes before TRANSP ([MS-OXCICAL] 2.1.3.1.1.20.31); who works elsewhere can be called.
NOT_BUSY_FOR_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
_EVENT = re.compile(r"^BEGIN:VEVENT[ \t]*\n.*?^END:VEVENT[ \t]*$\n?", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_FOLD = re.compile(r"\n[ \t]")
_DAY = re.compile(r"^DT(?:START|END)(?:;[^\n]*)?:(\d{8})", re.MULTILINE | re.IGNORECASE)
_MOVES_OTHERS = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID|DURATION)[;:]", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads, and for which time."""

    window: Span
    zone: ZoneInfo  # of whole days and of times without a zone, when the calendar names none
    own_addresses: frozenset[str] = frozenset()  # in small letters: whose answer to an invitation counts
    own_host: str = ""  # events whose UID ends in it are our own talks


class Reading(NamedTuple):
    busy: list[Span]  # in order, without overlap
    skipped: int  # events that could not be understood


def busy_times(documents: Sequence[bytes], reader: Reader) -> Reading:
    """Raises NoCalendar, PageInsteadOfCalendar, CalendarCutOff, CalendarTooFull, CalendarTooDense."""
    spans: list[Span] = []
    skipped = 0
    by_head: dict[str, list[list[str]]] = defaultdict(list)  # CalDAV has a document per event, and few kinds of heads
    for text in map(_text_of, documents):
        by_head[_head_of(text)].append(_blocks_of(text, reader.window))
    if sum(len(events) for together in by_head.values() for events in together) > MOST_EVENTS:
        raise CalendarTooFull
    for head, together in by_head.items():
        calendar = _calendar_of(head)
        for events in together:
            found, not_understood = _busy_in(calendar, events, reader)
            spans += found
            skipped += not_understood
    busy = _merged(spans)
    if len(busy) > MOST_SPANS:
        raise CalendarTooFull
    return Reading(busy, skipped)


def _text_of(content: bytes) -> str:
    """Only times are read, so a wrong encoding of the words does no harm."""
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
    """All but the events: time zones, and whose calendar it is."""
    return _unfolded(_EVENT.sub("", text))


def _blocks_of(text: str, window: Span) -> list[str]:
    """The events, without those that were over long before: years of them are common."""
    long_ago = (window.start - 2 * ONE_DAY).strftime("%Y%m%d")
    return [block for block in map(_unfolded, _EVENT.findall(text)) if not _was_over(block, long_ago)]


def _unfolded(block: str) -> str:
    return _FOLD.sub("", block)


def _was_over(block: str, day: str) -> bool:
    days = _DAY.findall(block)
    return bool(days) and max(days) < day and not _MOVES_OTHERS.search(block)


def _busy_in(calendar: Any, blocks: Iterable[str], reader: Reader) -> tuple[list[Span], int]:
    named = _zone_named(str(calendar.get("X-WR-TIMEZONE", "")))
    own = reader.own_addresses | {str(calendar.get("X-WR-CALNAME", "")).strip().lower()}  # Google: the owner's address
    series, skipped = _series_of(blocks, reader.window)
    spans: list[Span] = []
    for events in series:
        if _is_own_talk(events[0], reader.own_host):
            continue
        try:
            spans += [
                span
                for event in _occurrences(events, named, reader.window)
                if _blocks(event, own) and (span := _span_of(event, named or reader.zone, reader.window))
            ]
        except CalendarTooDense:
            raise
        except Exception:  # whatever a stranger's event does to the libraries; the others still count
            skipped += 1
    return spans, skipped


def _calendar_of(head: str) -> Any:
    """With its time zones, which the library keeps by name for the events that follow."""
    tzp.use_zoneinfo()  # forgets the zones of the calendar before: programs give the same name to different ones
    for name in WINDOWS_TO_OLSON:
        if name in head:  # looking up all of them takes longer than all else
            tzp.timezone(name)  # Windows' own names mean what they mean, with or without a definition beside them
    try:
        return Calendar.from_ical(head)
    except ValueError:
        raise NoCalendar from None


def _zone_named(name: str) -> tzinfo | None:
    return tzp.timezone(name) if name else None


def _series_of(blocks: Iterable[str], window: Span) -> tuple[list[list[Any]], int]:
    """Events by UID: what recurs, together with what replaces single times of it."""
    series: dict[str, list[Any]] = defaultdict(list)
    skipped = 0
    for number, block in enumerate(blocks):
        try:
            event: Any = Event.from_ical(block)
            event.DTSTART  # noqa: B018  # says so when there is none
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
    """Many times a day, for ever: the library would count them one by one."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        times_a_day = prod(len(rule.get(part, [])) or 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        intervals = rule.get("INTERVAL", [1])
        if DENSE & {str(freq).upper() for freq in rule.get("FREQ", [])} or times_a_day > MOST_TIMES_A_DAY:
            raise CalendarTooDense
        if any(int(interval) < 1 for interval in intervals):
            raise CalendarTooDense


def _clip(event: Any, window: Span) -> None:
    """Takes off what lies before and after the window: the libraries cannot count from the year 1 or beyond 9999.

    A series keeps its start, which its times are counted from, and of its length what may reach into the window.
    """
    start, before, after = event["DTSTART"].dt, window.start - 2 * ONE_DAY, window.end + 2 * ONE_DAY
    last = _as(start, after)
    if "DTEND" in event and event["DTEND"].dt > _as(event["DTEND"].dt, after):
        event["DTEND"].dt = last if start < last else start + ONE_DAY
    if "DURATION" in event:
        event["DURATION"].dt = min(event["DURATION"].dt, max(last - start, ONE_DAY))
    if start < _as(start, before) and not COUNTED_FROM_START & set(event):
        _begin_at(event, before)


def _begin_at(event: Any, moment: datetime) -> None:
    """Only what has an end, and is not over by then."""
    start = event["DTSTART"].dt
    first = _as(start, moment)
    if "DURATION" in event and start + event["DURATION"].dt > first:
        event["DURATION"].dt -= first - start
        event["DTSTART"].dt = first
    elif "DTEND" in event and event["DTEND"].dt > _as(event["DTEND"].dt, moment):
        event["DTSTART"].dt = first


def _as(said: date, moment: datetime) -> date:
    """The moment as a day, a time of the wall clock, or a time in a zone, whichever was said."""
    if not isinstance(said, datetime):
        return moment.date()
    return moment.replace(tzinfo=None) if said.tzinfo is None else moment.astimezone(said.tzinfo)


def _is_own_talk(event: Any, own_host: str) -> bool:
    return bool(own_host) and str(event.get("UID", "")).lower().endswith(f"@{own_host}")


def _occurrences(events: list[Any], named: tzinfo | None, window: Span) -> list[Any]:
    calendar = Calendar()
    for event in events:
        calendar.add_component(event)
    if named is not None:  # times in UTC recur by the clock of this zone, as Google means them
        calendar = UTCChangingWalker(named).walk(calendar)
    found: list[Any] = CalendarQuery(calendar).between(window.start - ONE_DAY, window.end + ONE_DAY)
    return found


def _blocks(event: Any, own_addresses: frozenset[str]) -> bool:
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
    """Within the window, in whole seconds of UTC."""
    start, end = _moment(event.start, zone), _moment(event.end, zone)
    start, end = max(start.replace(microsecond=0), window.start), min(end.replace(microsecond=0), window.end)
    return Span(start, end) if start < end else None


def _moment(said: date, zone: tzinfo) -> datetime:
    """A whole day begins at midnight in the zone."""
    if not isinstance(said, datetime):
        said = datetime(said.year, said.month, said.day)  # noqa: DTZ001  # its zone follows
    if said.tzinfo is None:
        said = said.replace(tzinfo=zone)
    with suppress(OverflowError):  # the year 1 or 9999, seen from elsewhere
        return said.astimezone(UTC)
    return said.replace(tzinfo=UTC)


def _merged(spans: list[Span]) -> list[Span]:
    """One stretch for times that overlap; those that only touch stay apart, to be named one by one."""
    merged: list[Span] = []
    for span in sorted(set(spans)):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
