"""Take from iCalendar files (RFC 5545) what decides about busy time, whatever else is wrong with them. Pure.

Programs write alarms, counters, descriptions and to-dos that no parser accepts, several calendars into one file, and
properties twice. Only time zones and the properties of events that say when somebody is busy are kept, of properties
that may stand once the first one; a spelling that several programs share is corrected.
"""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from advisors.external_calendars.errors import CalendarCutOff, NoCalendar, PageInsteadOfCalendar

ONCE = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "SEQUENCE", "STATUS", "TRANSP"}
    | {"X-MICROSOFT-CDO-BUSYSTATUS"}
)
KEPT = ONCE | {"EXDATE", "RDATE", "ATTENDEE"}
OPTIONAL_DATES = frozenset(
    {"RECURRENCE-ID", "EXDATE", "RDATE"}
)  # without what is no date, the event still has its time
DATES = OPTIONAL_DATES | {"DTSTART", "DTEND"}
MAX_DEPTH = 8  # of components in components; an alarm in an event is two
CALENDAR_PROPERTIES = ("X-WR-TIMEZONE", "X-WR-CALNAME")
EVENT, ZONE = "VEVENT", "VTIMEZONE"
MICROSOFT_UTC = "tzone-utc"
_CALENDAR_BEGINS = re.compile(r"^BEGIN:VCALENDAR[ \t]*\n", re.MULTILINE | re.IGNORECASE)
_CALENDAR_ENDS = re.compile(r"^END:VCALENDAR", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(r"\n[ \t]")
_DATE = re.compile(r"\d{8}(?:T\d{6}Z?(?:/[\dTZPHMSWD+]+)?)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z-]+")
_MICROSOFT_ZONE = re.compile(r"(TZID[=:])\"?tzone://Microsoft/([\w-]+)\"?", re.IGNORECASE)
_PARAMETERS = re.compile(r'((?:;[^";:]*(?:"[^"]*"[^";:]*)?)*):(.*)', re.DOTALL)
_ZONE_PARAMETER = re.compile(r';TZID=(?:"[^"]*"|[^";]*)', re.IGNORECASE)
_MIDNIGHT_AT_THE_END = re.compile(r"(\d{8})T240000")
_WEEKS_AS_TIME = re.compile(r"PT(\d+)W", re.IGNORECASE)
_DECLINED = re.compile(r";PARTSTAT=\"?DECLINED\"?[;:]", re.IGNORECASE)
_ADDRESS = re.compile(r":\s*(?:mailto:)?([^\s:;,\"]+@[^\s:;,\"]+)\s*$", re.IGNORECASE)


class CalendarText(NamedTuple):
    """One VCALENDAR of a file: its own properties and time zones, and the lines of each event that are kept."""

    head: str
    zones: tuple[str, ...]
    events: list[str]


def calendars_in(content: bytes) -> list[CalendarText]:
    """Calendars in a file. Raises NoCalendar, PageInsteadOfCalendar, CalendarCutOff."""
    return [_calendar_in(part) for part in _CALENDAR_BEGINS.split(_decode(content))[1:]]


def _decode(content: bytes) -> str:
    """Text of a calendar file. Only times are used, so a wrongly decoded title does no harm."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8-sig", errors="replace")
    text = re.sub(r"\r\n?", "\n", text.replace("\0", "")).strip("\ufeff \t\n")
    if not text[:15].upper() == "BEGIN:VCALENDAR":
        raise PageInsteadOfCalendar if re.search(r"<(?:!doctype|html)", text[:2000], re.IGNORECASE) else NoCalendar
    ends = [found.start() for found in _CALENDAR_ENDS.finditer(text)]
    if not ends or _CALENDAR_BEGINS.search(text, ends[-1]):
        raise CalendarCutOff
    return text[: ends[-1]] + "\n"  # a cache may have written something behind it


def _calendar_in(text: str) -> CalendarText:
    own, zones, events = _components(_FOLD.sub("", text).split("\n"))
    properties = (next((line for line in own if line.upper().startswith(f"{one}:")), "") for one in CALENDAR_PROPERTIES)
    head = "\n".join(line for line in properties if line)
    return CalendarText(head, tuple(sorted({_zone(lines) for lines in zones})), [_event(lines) for lines in events])


def _components(lines: list[str]) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """Lines of the calendar itself, of each time zone and of each event, without what is nested in an event.

    One pass, whatever is never ended. An event that begins within another ends that one.
    """
    own: list[str] = []
    zones: list[list[str]] = []
    events: list[list[str]] = []
    open_components: list[str] = []
    for line in lines:
        keyword, _, name = line.rstrip().upper().partition(":")
        if keyword == "BEGIN":
            if name == EVENT:
                open_components = []
                events.append([])
            elif name == ZONE and not open_components:
                zones.append([])
            if len(open_components) < MAX_DEPTH:
                open_components.append(name)
        if ZONE in open_components[:1]:
            zones[-1].append(line)
        elif open_components == [EVENT] and keyword not in ("BEGIN", "END"):
            events[-1].append(line)
        elif not open_components:
            own.append(line)
        if keyword == "END" and name in open_components:
            del open_components[open_components.index(name) :]
    return own, zones, events


def _zone(lines: list[str]) -> str:
    """Time zone with its first name only."""
    kept: list[str] = []
    is_named = False
    for line in lines:
        is_name = line[:4].upper() == "TZID"
        if not (is_name and is_named):
            kept.append(_MICROSOFT_ZONE.sub(r"\1tzone-\2", line))
        is_named |= is_name
    return "\n".join(kept)


def _event(lines: list[str]) -> str:
    """Event with the properties that decide about busy time."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name = start[0].upper() if (start := _NAME.match(line)) else ""
        if name in KEPT and not (name in ONCE and name in found) and (kept := _kept(name, line)):
            found.setdefault(name, []).append(kept)
    return "\n".join(["BEGIN:VEVENT", *(line for of_name in found.values() for line in of_name), "END:VEVENT", ""])


def _kept(name: str, line: str) -> str:
    """Line as the library can parse it; empty when it says nothing."""
    if name == "ATTENDEE":
        return _declined(line)
    found = _PARAMETERS.fullmatch(_MICROSOFT_ZONE.sub(r"\1tzone-\2", line[len(name) :]))
    if found is None or not (value := found[2].strip()):
        return ""
    parameters = found[1]
    if name in DATES:
        parameters, value = _date(parameters, value)
        if name in OPTIONAL_DATES:
            value = ",".join(part for part in value.split(",") if _DATE.fullmatch(part.strip()))
    elif name == "DURATION":
        value = _WEEKS_AS_TIME.sub(r"P\1W", value)
    elif name == "RRULE":
        value = value.replace(" ", "").strip(";")
    elif name == "SEQUENCE" and not value.isdecimal():
        return ""
    return f"{name}{parameters}:{value}" if value else ""


def _declined(line: str) -> str:
    """Attendee who declined, without a name: names with colons are written without quotes."""
    found = _ADDRESS.search(line)
    return f"ATTENDEE;PARTSTAT=DECLINED:mailto:{found[1]}" if found and _DECLINED.search(line) else ""


def _date(parameters: str, value: str) -> tuple[str, str]:
    """Parameters and value of a date: Microsoft's UTC, UTC that also names a zone, and 24:00."""
    value = _MIDNIGHT_AT_THE_END.sub(_next_midnight, value)
    if f";tzid={MICROSOFT_UTC}" in parameters.lower():
        value = ",".join(part if part.upper().endswith("Z") else f"{part}Z" for part in value.split(","))
    if value.upper().endswith("Z"):
        parameters = _ZONE_PARAMETER.sub("", parameters)
    return parameters, value


def _next_midnight(found: re.Match[str]) -> str:
    try:
        return f"{datetime.strptime(found[1], '%Y%m%d') + timedelta(days=1):%Y%m%d}T000000"  # noqa: DTZ007  # a date
    except (ValueError, OverflowError):
        return found[0]
