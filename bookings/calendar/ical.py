"""A talk as a calendar object: RFC 5545 (the format), RFC 5546 (invite and cancel by mail), RFC 7986 (feeds)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText

from core.formatting import one_line, printable

PRODUCT = "-//Spreekuur//Spreekuur//NL"
REMIND_BEFORE = timedelta(minutes=15)
LOOK_AGAIN_AFTER = timedelta(minutes=15)  # what we ask of who subscribes; most come less often
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
    mailbox that sends, the attendees are the candidate and the advisor; a feed, which invites nobody, names neither.
    Others may look into a calendar: summary, description and location hold no word of the rejection.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str  # may be ""
    location: str  # may be ""
    url: str  # may be ""
    organiser: Party | None
    attendees: tuple[Party, ...]
    stamped_at: datetime


def invite(talk: Talk) -> bytes:
    """A new or changed talk (RFC 5546, 3.2.2): UTC times, lines of at most 75 octets ended by CRLF.

    It asks everybody, also who accepted what it was before: a higher SEQUENCE is a rescheduling (3.2.2.1), and an
    answer counts for the SEQUENCE that it names.
    """
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


def publication(talks: Iterable[Talk], *, name: str) -> bytes:
    """A calendar to subscribe to. Without a method: it asks nobody for anything, it is read as it stands."""
    calendar = _empty()
    for word in ("name", "x-wr-calname"):  # RFC 7986, 5.1, and what programs read before it
        calendar.add(word, vText(one_line(name)))
    calendar.add("refresh-interval", LOOK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
    calendar.add("x-published-ttl", vDuration(LOOK_AGAIN_AFTER))
    for talk in talks:
        calendar.add_component(_event(talk, status="CONFIRMED"))
    return bytes(calendar.to_ical())


def entry(talk: Talk) -> bytes:
    """What is stored in a calendar: one event, without a method (RFC 4791, 4.1); invites nobody."""
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


def _event(talk: Talk, *, status: str) -> Event:
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
