"""Calendar objects, parsed by libraries that we did not write.

The shapes: RFC 5545, 3.1 (folded lines), 3.3.11 (text), 3.6.1 (VEVENT) and 3.6.6 (VALARM); RFC 5546, 3.2.2 (REQUEST)
and 3.2.5 (CANCEL); RFC 7986, 5.7 (REFRESH-INTERVAL of a feed).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.calendar.ical import CalendarEvent, Participant, cancellation_object, feed_object, invite_object
from tests.calendar_oracles import faults_found_by_libical, read_by_ical_js

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CANDIDATE = Participant("Sara de Vries", "sara@mail.example")
ADVISOR = Participant("Noor Bakker", "noor.bakker@oostmeer.example")
TALK = CalendarEvent(
    uid="3f2c9a40-5b1e-4f0e-9d7c-0c8d0f6f2a11@spreekuur.oostmeer.example",
    sequence=2,
    starts_at=datetime(2026, 11, 24, 9, 30, tzinfo=AMSTERDAM),
    ends_at=datetime(2026, 11, 24, 9, 50, tzinfo=AMSTERDAM),
    summary="Loopbaangesprek; met Noor, bij ons",
    description="Noor belt je.\nVerzetten of afzeggen: https://spreekuur.oostmeer.example/g/x7?a=1&b=2\n\nTot dan",
    location="Oostmeer 1, kamer 2.14",
    url="https://spreekuur.oostmeer.example/g/x7",
    organiser=Participant("Ziekenhuis Oostmeer", "spreekuur@oostmeer.example"),
    attendees=(CANDIDATE, ADVISOR),
    stamped_at=datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC),
)
HOSTILE = "\r\nSUMMARY:Je bent afgewezen\r\nBEGIN:VALARM\n\u2028METHOD:PUBLISH\x00\\n\\"
NAMES = [
    ('Zoë "de Fiets" O\'Neill', "Zoë de Fiets O'Neill"),
    ("Vries; de, Sara: ^n", "Vries de Sara n"),
    ("👩‍🔬 Noor 🎉", "👩‍🔬 Noor 🎉"),
    ("نور الدين", "نور الدين"),
    ("\u202eSara\u202c de Vries", "Sara de Vries"),
    ("Sara\r\nATTENDEE:mailto:evil@else.example", "Sara ATTENDEE mailto evil@else.example"),
    ("Ï" * 200, "Ï" * 200),
    ("  ;  ", "sara@mail.example"),
]


def written(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def what_the_talk_says(talk):
    return {
        "uid": talk.uid,
        "sequence": talk.sequence,
        "starts_at": written(talk.starts_at),
        "ends_at": written(talk.ends_at),
        "stamped_at": written(talk.stamped_at),
        "summary": talk.summary,
        "description": talk.description,
        "location": talk.location,
        "url": talk.url,
        "transparency": "OPAQUE",
        "class": "PRIVATE",
        "organiser": {"name": talk.organiser.name, "address": f"mailto:{talk.organiser.email}"},
    }


def attendees_of(talk, *, answer, rsvp):
    return [
        {
            "name": party.name,
            "address": f"mailto:{party.email}",
            "role": "REQ-PARTICIPANT",
            "answer": answer,
            "rsvp": rsvp,
        }
        for party in talk.attendees
    ]


@pytest.mark.oracle
def test_invite_has_all_values_of_the_event():
    event = what_the_talk_says(TALK) | {
        "status": "CONFIRMED",
        "attendees": attendees_of(TALK, answer="NEEDS-ACTION", rsvp="TRUE"),
        "alarms": ["-PT15M"],
    }

    content = invite_object(TALK)

    assert read_by_ical_js(content) == {"method": "REQUEST", "events": [event]}
    assert faults_found_by_libical(content) == ""


@pytest.mark.oracle
def test_cancellation_has_the_same_uid_and_no_alarm():
    event = what_the_talk_says(TALK) | {
        "status": "CANCELLED",
        "attendees": attendees_of(TALK, answer=None, rsvp=None),
        "alarms": [],
    }

    content = cancellation_object(TALK)

    assert read_by_ical_js(content) == {"method": "CANCEL", "events": [event]}
    assert faults_found_by_libical(content) == ""


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("found", "put_instead", "fault"),
    [
        (b"UID:", b"X-UID:", "UID"),
        (b"ORGANIZER;", b"X-ORGANIZER;", "ORGANIZER"),
        (b"DTSTART:", b"X-DTSTART:", "DTSTART"),
    ],
)
def test_libical_detects_a_fault(found, put_instead, fault):
    broken = invite_object(TALK).replace(found, put_instead)

    assert fault in faults_found_by_libical(broken)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-10-24T09:30", "2026-10-24T07:30:00.000Z"),  # summer time
        ("2026-10-25T01:50", "2026-10-24T23:50:00.000Z"),  # the night that has 02:30 twice
        ("2026-10-26T09:30", "2026-10-26T08:30:00.000Z"),
        ("2027-03-27T09:30", "2027-03-27T08:30:00.000Z"),
        ("2027-03-28T01:50", "2027-03-28T00:50:00.000Z"),  # the night that has no 02:30
        ("2027-03-29T09:30", "2027-03-29T07:30:00.000Z"),
        ("2027-10-30T09:30", "2027-10-30T07:30:00.000Z"),
        ("2027-10-31T09:30", "2027-10-31T08:30:00.000Z"),
    ],
)
@pytest.mark.parametrize("write", [invite_object, cancellation_object])
def test_times_are_right_around_clock_changes(write, local, expected):
    starts_at = datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM)
    ends_at = starts_at.astimezone(UTC) + timedelta(minutes=20)
    talk = replace(TALK, starts_at=starts_at, ends_at=ends_at)

    [event] = read_by_ical_js(write(talk))["events"]

    assert (event["starts_at"], event["ends_at"]) == (expected, written(ends_at))


@pytest.mark.parametrize("fold", [0, 1])
def test_repeated_hour_gives_two_different_times(fold):
    starts_at = datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=fold)
    talk = replace(TALK, starts_at=starts_at, ends_at=starts_at.astimezone(UTC) + timedelta(minutes=20))

    calendar = vobject.readOne(invite_object(talk).decode())

    assert calendar.vevent.dtstart.value.replace(tzinfo=UTC) == datetime(2026, 10, 25, fold, 30, tzinfo=UTC)


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_name_cannot_add_parameters(name, expected):
    talk = replace(TALK, attendees=(Participant(name, CANDIDATE.email), ADVISOR))

    content = invite_object(talk)

    [event] = read_by_ical_js(content)["events"]
    assert [attendee["name"] for attendee in event["attendees"]] == [expected, ADVISOR.name]
    assert vobject.readOne(content.decode()).vevent.attendee_list[0].params["CN"] == [expected]
    assert faults_found_by_libical(content) == ""


@pytest.mark.oracle
@pytest.mark.parametrize("field", ["summary", "description", "location", "url", "uid"])
@pytest.mark.parametrize("write", [invite_object, cancellation_object])
def test_text_cannot_add_a_line(write, field):
    talk = replace(TALK, **{field: getattr(TALK, field) + HOSTILE})

    content = write(talk)

    names = [line.partition(b":")[0] for line in content.replace(b"\r\n ", b"").split(b"\r\n")]
    assert names == [line.partition(b":")[0] for line in write(TALK).replace(b"\r\n ", b"").split(b"\r\n")]
    assert faults_found_by_libical(content) == ""


@pytest.mark.oracle
def test_event_without_url_has_no_url_property():
    [event] = read_by_ical_js(invite_object(replace(TALK, url="")))["events"]

    assert event["url"] is None


def test_naive_time_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        invite_object(replace(TALK, starts_at=datetime(2026, 11, 24, 9, 30)))


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_folded_lines_parse_to_the_same_text(name, summary, description):
    talk = replace(TALK, summary=summary, description=description, attendees=(Participant(name, CANDIDATE.email),))

    content = invite_object(talk)

    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert vobject.readOne(content.decode()).vevent.uid.value == TALK.uid


@pytest.mark.oracle
def test_feed_object_has_events_without_attendees():
    feed = replace(TALK, organiser=None, attendees=())
    event = what_the_talk_says(TALK) | {"status": "CONFIRMED", "organiser": None, "attendees": [], "alarms": []}

    content = feed_object([feed, replace(feed, uid="other")], name="Noor; gesprekken, bij ons")

    events = [event, event | {"uid": "other"}]
    assert read_by_ical_js(content) == {"method": None, "events": events}
    assert rb"X-WR-CALNAME:Noor\; gesprekken\, bij ons" in content  # the parsers do not know that this is text
    assert faults_found_by_libical(content) == ""
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n" in content


@pytest.mark.oracle
def test_empty_feed_object_is_a_calendar():
    content = feed_object([], name="Noor")

    assert [one.to_ical() for one in icalendar.Calendar.from_ical(content).walk("VEVENT")] == []
    assert read_by_ical_js(content) == {"method": None, "events": []}
    assert faults_found_by_libical(content) == ""
