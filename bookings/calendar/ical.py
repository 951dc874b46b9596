"""iCalendar objects: RFC 5545 (format), RFC 5546 (invite and cancel by mail), RFC 7986 (feeds). Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText

from core.formatting import one_line, printable

PRODUCT = "-//Spreekuur//Spreekuur//NL"
ALARM_BEFORE = timedelta(minutes=15)
REFRESH_INTERVAL = timedelta(minutes=15)  # requested of subscribers; most poll less often
# Clients disagree on how these are quoted or escaped within a parameter (RFC 6868 is young).
_UNSAFE_IN_NAME = re.compile(r'["^;:,]')


@dataclass(frozen=True)
class Participant:
    name: str
    email: str


@dataclass(frozen=True)
class CalendarEvent:
    """Values of a calendar event.

    `uid` is globally unique and never changes, `sequence` rises at every change. The organiser is the mailbox that
    sends, the attendees are the candidate and the advisor; a feed invites nobody and names neither. Summary,
    description and location say nothing about the rejection, because others may see the calendar.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str  # may be ""
    location: str  # may be ""
    url: str  # may be ""
    organiser: Participant | None
    attendees: tuple[Participant, ...]
    stamped_at: datetime


def invite_object(talk: CalendarEvent) -> bytes:
    """REQUEST for a new or changed event (RFC 5546, 3.2.2): UTC times, CRLF lines of at most 75 octets.

    Every attendee is asked again, also after accepting an earlier state: a higher SEQUENCE is a rescheduling
    (3.2.2.1), and a reply counts for the SEQUENCE that it names.
    """
    event = _event(talk, status="CONFIRMED")
    for party in talk.attendees:
        attendee = _address(party)
        attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        event.add("attendee", attendee)
    event.add_component(_alarm(talk))
    return _calendar("REQUEST", event)


def cancellation_object(talk: CalendarEvent) -> bytes:
    """CANCEL of an event (RFC 5546, 3.2.5), without RSVP and without an alarm."""
    event = _event(talk, status="CANCELLED")
    for party in talk.attendees:
        attendee = _address(party)
        attendee.params |= {"ROLE": "REQ-PARTICIPANT"}
        event.add("attendee", attendee)
    return _calendar("CANCEL", event)


def feed_object(talks: Iterable[CalendarEvent], *, name: str) -> bytes:
    """Calendar to subscribe to; without METHOD, because it invites nobody."""
    calendar = _empty()
    for key in ("name", "x-wr-calname"):  # RFC 7986, 5.1, and the older key that clients still read
        calendar.add(key, vText(one_line(name)))
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
    calendar.add("x-published-ttl", vDuration(REFRESH_INTERVAL))
    for talk in talks:
        calendar.add_component(_event(talk, status="CONFIRMED"))
    return bytes(calendar.to_ical())


def stored_object(talk: CalendarEvent) -> bytes:
    """Object to store on a CalDAV server: one event without METHOD (RFC 4791, 4.1)."""
    calendar = _empty()
    calendar.add_component(_event(talk, status="CONFIRMED"))
    return bytes(calendar.to_ical())


def _calendar(method: str, event: Event) -> bytes:
    calendar = _empty()
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _empty() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(talk: CalendarEvent, *, status: str) -> Event:
    event = Event()
    event.add("uid", one_line(talk.uid))
    event.add("sequence", talk.sequence)
    event.add("dtstamp", _utc(talk.stamped_at))
    event.add("last-modified", _utc(talk.stamped_at))
    event.add("dtstart", _utc(talk.starts_at))
    event.add("dtend", _utc(talk.ends_at))
    event.add("summary", one_line(talk.summary))
    if talk.description:
        event.add("description", printable(talk.description))
    if talk.location:
        event.add("location", one_line(talk.location))
    if talk.url:
        event.add("url", one_line(talk.url))
    if talk.organiser:
        event.add("organizer", _address(talk.organiser))
    event.add("status", status)
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _alarm(talk: CalendarEvent) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(talk.summary))
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _address(party: Participant) -> vCalAddress:
    address = vCalAddress(f"mailto:{one_line(party.email)}")
    name = one_line(_UNSAFE_IN_NAME.sub(" ", party.name))
    address.params["CN"] = name or one_line(party.email)
    return address


def _utc(at: datetime) -> datetime:
    """UTC in whole seconds, the smallest unit of the format; raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time needs a time zone")
    return at.astimezone(UTC).replace(microsecond=0)
