"""A talk as a calendar object: RFC 5545 (the format), RFC 5546 (invite and cancel by mail)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from organisation.wording import one_line, printable

PRODUCT = "-//Spreekuur//Spreekuur//NL"
REMIND_BEFORE = timedelta(minutes=15)
# Programs disagree on how these are quoted or escaped within a parameter (RFC 6868 is young).
_UNSAFE_IN_NAME = re.compile(r'["^;:,]')


@dataclass(frozen=True)
class Party:
    name: str
    email: str


@dataclass(frozen=True)
class Talk:
    """What a calendar needs to know of a talk.

    `uid` is globally unique and stable for life, `sequence` rises at every change. The organiser is the
    mailbox that sends, the attendees are the candidate and the advisor. Others may look into a calendar:
    summary, description and location hold no word of the rejection.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    url: str  # may be ""
    organiser: Party
    attendees: tuple[Party, ...]
    stamped_at: datetime


def invite(talk: Talk) -> bytes:
    """A new or changed talk (RFC 5546, 3.2.2): UTC times, lines of at most 75 octets ended by CRLF."""
    event = _event(talk, status="CONFIRMED")
    for party in talk.attendees:
        attendee = _address(party)
        attendee.params |= {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        event.add("attendee", attendee)
    event.add_component(_alarm(talk))
    return _calendar("REQUEST", event)


def cancellation(talk: Talk) -> bytes:
    """The end of a talk (RFC 5546, 3.2.5); asks for no answer and rings no bell."""
    event = _event(talk, status="CANCELLED")
    for party in talk.attendees:
        attendee = _address(party)
        attendee.params |= {"ROLE": "REQ-PARTICIPANT"}
        event.add("attendee", attendee)
    return _calendar("CANCEL", event)


def _calendar(method: str, event: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(talk: Talk, *, status: str) -> Event:
    event = Event()
    event.add("uid", one_line(talk.uid))
    event.add("sequence", talk.sequence)
    event.add("dtstamp", _utc(talk.stamped_at))
    event.add("last-modified", _utc(talk.stamped_at))
    event.add("dtstart", _utc(talk.starts_at))
    event.add("dtend", _utc(talk.ends_at))
    event.add("summary", one_line(talk.summary))
    event.add("description", printable(talk.description))
    event.add("location", one_line(talk.location))
    if talk.url:
        event.add("url", one_line(talk.url))
    event.add("organizer", _address(talk.organiser))
    event.add("status", status)
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _alarm(talk: Talk) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(talk.summary))
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{one_line(party.email)}")
    name = one_line(_UNSAFE_IN_NAME.sub(" ", party.name))
    address.params["CN"] = name or one_line(party.email)
    return address


def _utc(moment: datetime) -> datetime:
    """Whole seconds: the format has no smaller ones."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).replace(microsecond=0)
