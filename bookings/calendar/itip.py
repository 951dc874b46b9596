"""Parser of calendar replies: RFC 5546, 3.2.3 (REPLY) and 3.2.7 (COUNTER). Pure.

Parses line by line, because clients write more than the standard allows and less than it asks: Outlook leaves out
the organiser (github.com/nextcloud/server/issues/58904), others the sequence, the method or an address. VTIMEZONE
definitions are recognised, not computed. No input raises an exception.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline, Contentlines
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from core.formatting import printable

ANSWERS = frozenset({"ACCEPTED", "TENTATIVE", "DECLINED"})
MOST_CHARACTERS = 200_000  # a reply has some thousands
MOST_OF_COMMENT, MOST_OF_NAME = 1000, 100
DEEPEST = 10  # nested components
OLDEST_YEAR, LATEST_YEAR = 2000, 2200  # a time outside these years is a mistake
EVENT, ZONE, CALENDAR = ("VCALENDAR", "VEVENT"), "VTIMEZONE", ("VCALENDAR",)
_MAILTO = re.compile(r"^\s*mailto:", re.IGNORECASE)
_PARTY_LINE = re.compile(r"(ATTENDEE|ORGANIZER)(;[^\n]*):(mailto:[^:;\"\s]{1,300})", re.IGNORECASE)
_QUOTES = re.compile(r'"[^"]*"')
_PARAMETERS = re.compile(r';((?:"[^"]*"|[^;"])+)')
_PARAMETER = re.compile(r'([A-Za-z0-9-]{1,60})=([^"]*:[^"]*)')
_MOMENT = re.compile(r"(\d{8}T\d{6})(Z?)", re.ASCII | re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class ReplyProblem(StrEnum):
    """Reason why a text is not a usable reply."""

    NO_CALENDAR = "no_calendar"
    TOO_LONG = "too_long"
    OTHER_METHOD = "other_method"  # REFRESH, REQUEST and the like
    NO_EVENT = "no_event"  # or events with different UIDs
    NO_SEQUENCE = "no_sequence"  # SEQUENCE is not a number
    NO_ATTENDEE = "no_attendee"  # or several, none of whom is the sender
    NO_ANSWER = "no_answer"  # another PARTSTAT, such as DELEGATED
    NO_MOMENT = "no_moment"  # a counter-proposal without a start time


@dataclass(frozen=True, kw_only=True)
class ItipReply:
    uid: str
    sequence: int | None  # some clients leave it out
    stamped_at: datetime | None  # UTC
    attendee: str  # lower-case address
    partstat: str  # ACCEPTED, TENTATIVE, DECLINED; may be "" in a counter-proposal
    proposed_starts_at: datetime | None  # UTC
    proposed_ends_at: datetime | None  # UTC; some clients leave it out
    comment: str


class _Line(NamedTuple):
    name: str
    params: dict[str, str]
    value: str


class _Party(NamedTuple):
    address: str
    partstat: str
    comment: str


def parse_reply(text: str, *, zone: ZoneInfo, sender: str = "", method: str = "") -> ItipReply | ReplyProblem:
    """Parse a reply; returns the problem when it is not a usable one.

    `zone` applies to times without a zone, `sender` selects the attendee when several are named, `method` is that of
    the Content-Type, for a text that has none (RFC 6047, 2.4 wants both).
    """
    if len(text) > MOST_CHARACTERS:
        return ReplyProblem.TOO_LONG
    parts = _components_of(text)
    events = [lines for path, lines in parts if path == EVENT]
    if not any(path[:1] == CALENDAR for path, _lines in parts):
        return ReplyProblem.NO_CALENDAR
    event = _only_one(events)
    if event is None:
        return ReplyProblem.NO_EVENT
    party = _replying_party(event, sender)
    if party is None:
        return ReplyProblem.NO_ATTENDEE
    head = [line for path, lines in parts if path == CALENDAR for line in lines]
    method = (_first(head, "METHOD") or method or ("REPLY" if party.partstat in ANSWERS else "")).strip().upper()
    if method not in ("REPLY", "COUNTER"):
        return ReplyProblem.OTHER_METHOD
    zones = [lines for path, lines in parts if ZONE in path]
    return _answer(event, party, method, zones, zone)


def comment_in(text: str) -> str:
    """Comment that a person typed, also of a text that `parse_reply` refuses, with a proposed day that has no time.

    The day is in ISO 8601: "2026-11-27".
    """
    events = [lines for path, lines in _components_of(text[:MOST_CHARACTERS]) if path == EVENT]
    if not events:
        return ""
    comments = [_party(line).comment for line in events[0] if line.name == "ATTENDEE"]
    day = next((line.value for line in events[0] if line.name == "DTSTART" and _DAY.fullmatch(line.value)), "")
    return "\n".join(filter(None, (_comment(events[0], *comments), _day_in(day))))


def _day_in(value: str) -> str:
    """Format YYYYMMDD as YYYY-MM-DD."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if value else ""


def _answer(
    event: list[_Line], party: _Party, method: str, zones: list[list[_Line]], zone: ZoneInfo
) -> ItipReply | ReplyProblem:
    sequence = _first(event, "SEQUENCE").strip()
    if sequence and not _NUMBER.fullmatch(sequence):
        return ReplyProblem.NO_SEQUENCE
    proposed = _moment(event, "DTSTART", zones, zone) if method == "COUNTER" else None
    if method == "COUNTER" and proposed is None:
        return ReplyProblem.NO_MOMENT
    if method == "REPLY" and party.partstat not in ANSWERS:
        return ReplyProblem.NO_ANSWER
    return ItipReply(
        uid=_first(event, "UID").strip(),
        sequence=int(sequence) if sequence else None,
        stamped_at=_moment(event, "DTSTAMP", [], UTC),
        attendee=party.address,
        partstat=party.partstat if party.partstat in ANSWERS else "",
        proposed_starts_at=proposed,
        proposed_ends_at=_moment(event, "DTEND", zones, zone) if proposed else None,
        comment=_comment(event, party.comment),
    )


def _components_of(text: str) -> list[tuple[tuple[str, ...], list[_Line]]]:
    """Components, each with its path of names and its own lines, without the lines of nested components."""
    parts: list[tuple[tuple[str, ...], list[_Line]]] = []
    inside: list[tuple[tuple[str, ...], list[_Line]]] = []
    for line in _lines_of(text):
        kind = line.value.strip().upper()
        if line.name == "BEGIN":
            inside.append(((*(inside[-1][0] if inside else ()), kind), []))
            parts.append(inside[-1])
            if len(inside) > DEEPEST:
                break  # no client nests this deep
        elif line.name == "END":
            if inside and inside[-1][0][-1] == kind:
                inside.pop()
        elif inside:
            inside[-1][1].append(line)
    return parts


def _lines_of(text: str) -> Iterator[_Line]:
    lines: list[Contentline] = Contentlines.from_ical(text.replace("\0", ""))  # type: ignore[no-untyped-call]
    for line in lines:
        with suppress(Exception):  # skip a line that the library cannot parse
            name, params, value = _quoted(line).parts()
            plain = {key.upper(): str(value[0] if isinstance(value, list) else value) for key, value in params.items()}
            yield _Line(name.upper(), plain, value)


def _quoted(line: Contentline) -> Contentline:
    """Line of a party with its parameters quoted: a name may contain a colon that ends them for the library."""
    found = _PARTY_LINE.fullmatch(line)
    if found is None or ":" not in _QUOTES.sub("", found[2]):
        return line
    params = [_PARAMETER.sub(r'\1="\2"', param) for param in _PARAMETERS.findall(found[2])]
    repaired = ";".join([found[1], *params]) + f":{found[3]}"
    return Contentline(repaired)  # type: ignore[no-untyped-call]


def _only_one(events: list[list[_Line]]) -> list[_Line] | None:
    """First event, when all share one UID: the others are overrides of single occurrences."""
    uids = {_first(event, "UID").strip() for event in events}
    return events[0] if len(uids) == 1 and uids != {""} else None


def _replying_party(event: list[_Line], sender: str) -> _Party | None:
    parties = [_party(line) for line in event if line.name == "ATTENDEE"]
    own = [party for party in parties if party.address == sender.strip().lower()]
    known = own or parties
    return known[0] if known and known[0].address and (own or len(known) == 1) else None


def _party(line: _Line) -> _Party:
    """Parse an ATTENDEE; Apple puts the address in EMAIL (github.com/sabre-io/dav, DeliverNewEventTest)."""
    value = line.value.strip()
    is_mail = bool(_MAILTO.match(value)) or ("@" in value and ":" not in value)
    address = unquote(_MAILTO.sub("", value)) if is_mail else line.params.get("EMAIL", "")
    return _Party(
        _MAILTO.sub("", address).strip(" <>").lower(),
        line.params.get("PARTSTAT", "").strip().upper(),
        line.params.get("X-RESPONSE-COMMENT", ""),  # Google's parameter for a comment
    )


def _comment(event: list[_Line], *others: str) -> str:
    comments = [*(line.value for line in event if line.name == "COMMENT"), *others]
    return "\n".join(filter(None, (printable(comment).strip() for comment in comments)))[:MOST_OF_COMMENT]


def _moment(event: list[_Line], name: str, zones: list[list[_Line]], zone: tzinfo) -> datetime | None:
    line = next((line for line in event if line.name == name), None)
    found = _MOMENT.fullmatch(line.value.strip()) if line else None
    if line is None or found is None:
        return None
    named = line.params.get("TZID", "").strip('" ')[:MOST_OF_NAME]
    where = UTC if found[2] else _zone_named(named, zones, zone) if named else zone
    with suppress(ValueError, OverflowError):
        moment = datetime.strptime(found[1].upper(), "%Y%m%dT%H%M%S").replace(tzinfo=where)
        return moment.astimezone(UTC) if where and OLDEST_YEAR <= moment.year <= LATEST_YEAR else None
    return None


def _zone_named(name: str, zones: list[list[_Line]], zone: tzinfo) -> tzinfo | None:
    """Time zone by name (IANA, Windows, or with a vendor prefix), else by the offsets of its VTIMEZONE."""
    parts = name.split("/")
    for part in (name, *("/".join(parts[start:]) for start in range(1, len(parts) - 1))):
        with suppress(ValueError, KeyError, OSError):  # empty, unknown, or the name of a directory
            return ZoneInfo(WINDOWS_TO_OLSON.get(part, part))
    offsets = {offset for lines in _defined(name, zones) for offset in _offsets(lines)}
    if len(offsets) == 1:
        return timezone(offsets.pop())
    winter, summer = datetime(2026, 1, 1, tzinfo=zone), datetime(2026, 7, 1, tzinfo=zone)
    return zone if offsets == {winter.utcoffset(), summer.utcoffset()} else None


def _defined(name: str, zones: list[list[_Line]]) -> list[list[_Line]]:
    """VTIMEZONE with that name and the STANDARD and DAYLIGHT components that follow it."""
    found: list[list[_Line]] = []
    is_named = False
    for lines in zones:
        if tzid := _first(lines, "TZID"):
            is_named = tzid.strip('" ') == name
        found += [lines] if is_named else []
    return found


def _offsets(lines: list[_Line]) -> Iterator[timedelta]:
    if found := _OFFSET.fullmatch(_first(lines, "TZOFFSETTO").strip()):
        sign = -1 if found[1] == "-" else 1
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
        if offset < timedelta(hours=24):
            yield sign * offset


def _first(lines: Sequence[_Line], name: str) -> str:
    return next((line.value for line in lines if line.name == name), "")


@dataclass(frozen=True, kw_only=True)
class ProposedTime:
    starts_at: datetime
    is_free: bool
    may_move: bool  # the deadline for moving has not passed
    nearest: tuple[datetime, ...] = ()  # start times of free slots to suggest, in order
