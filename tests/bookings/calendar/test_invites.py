"""Calendar invites agree with the booking; parsed by libical and ical.js, which we did not write."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.reassignment.reassign import reassign_booking
from outbox.models import Message
from outbox.reply_addresses import reply_address
from tests.calendar_oracles import faults_found_by_libical, read_by_ical_js
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_location,
    make_opening,
    make_policy,
    make_rejection,
)

pytestmark = pytest.mark.django_db
LIFE = [
    # before the last Sunday, moved to after it: 10.00 local is another hour in UTC
    (datetime(2026, 10, 22, 8, 0, tzinfo=UTC), datetime(2026, 10, 26, 9, 0, tzinfo=UTC)),
    (datetime(2027, 3, 25, 9, 0, tzinfo=UTC), datetime(2027, 3, 30, 8, 0, tzinfo=UTC)),
    (datetime(2027, 10, 28, 8, 0, tzinfo=UTC), datetime(2027, 11, 1, 9, 0, tzinfo=UTC)),
]


@pytest.mark.oracle
@pytest.mark.parametrize(("first", "second"), LIFE)
def test_book_move_and_cancel_update_both_calendars(first, second):
    make_policy()
    advisor = make_advisor()
    now = first - timedelta(days=3)
    invitation = make_invitation(open_until=date(2028, 1, 1))

    booking = book(
        invitation=invitation, request=make_booking_request(first, advisor=advisor), actor=CANDIDATE, now=now
    )
    booked = objects_since(0)
    move_booking(
        booking=booking,
        request=make_booking_request(second, advisor=advisor),
        actor=CANDIDATE,
        now=now + timedelta(hours=1),
    )
    moved = objects_since(2)
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=now + timedelta(hours=2))
    cancelled = objects_since(4)

    uid = f"{booking.uid}@spreekuur"
    assert [summary(one) for one in booked] == [("REQUEST", uid, 0, first, first + timedelta(minutes=20))] * 2
    assert [summary(one) for one in moved] == [("REQUEST", uid, 1, second, second + timedelta(minutes=20))] * 2
    assert [summary(one) for one in cancelled] == [("CANCEL", uid, 2, second, second + timedelta(minutes=20))] * 2


@pytest.mark.oracle
@pytest.mark.parametrize("start", [moment for life in LIFE for moment in life])
def test_reassignment_moves_the_event_to_the_other_calendar(start):
    make_policy()
    old, new = make_advisor(name="Youssef Benali"), make_advisor(name="Marit de Wit")
    now = start - timedelta(days=3)
    invitation = make_invitation(open_until=date(2028, 1, 1))
    booking = book(invitation=invitation, request=make_booking_request(start, advisor=old), actor=CANDIDATE, now=now)

    reassign_booking(booking=booking, to_advisor_id=new.pk, remark="", actor=CANDIDATE, now=now + timedelta(hours=1))

    uid, end = f"{booking.uid}@spreekuur", start + timedelta(minutes=20)
    candidate, gained, lost = objects_since(2)
    assert [summary(one) for one in (candidate, gained)] == [("REQUEST", uid, 1, start, end)] * 2
    assert summary(lost) == ("CANCEL", uid, 1, start, end)
    assert attendees(candidate) == attendees(gained) == {booking.candidate.email, new.user.email}
    assert attendees(lost) == {booking.candidate.email, old.user.email}


def test_calendar_objects_do_not_mention_the_rejection():
    make_policy()
    invitation = make_invitation()

    book(invitation=invitation, request=make_booking_request(advisor=make_advisor()), actor=CANDIDATE, now=NOW)

    calendars = " ".join(Message.objects.values_list("calendar", flat=True)).lower()
    assert [word for word in ("afwijz", "afgewezen", "reject", "sollicit", "certificaat") if word in calendars] == []


def test_location_is_in_the_readers_language():
    make_policy()
    invitation = make_invitation(rejection=make_rejection(candidate=make_candidate(language="en")))

    with translation.override("nl"):
        book(invitation=invitation, request=make_booking_request(advisor=make_advisor()), actor=CANDIDATE, now=NOW)

    places = [line for one in objects_since(0) for line in one.splitlines() if line.startswith("LOCATION")]
    assert places == ["LOCATION:By phone", "LOCATION:Telefonisch"]


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("channel", "how", "place"),
    [
        ("phone", "telefonisch", "Telefonisch"),
        ("video", "met videobellen", "https://video.example/kamer"),
        ("onsite", "bij ons op locatie", "Locatie Noord, Lindelaan 1, Oostmeer, Route 14"),
    ],
)
def test_advisor_invite_has_a_neutral_title_and_the_file_url(channel, how, place):
    make_policy()
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, location=make_location(name="Locatie Noord"))

    booking = book(
        invitation=make_invitation(), request=make_booking_request(channel=channel), actor=CANDIDATE, now=NOW
    )
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    _mine, booked, _gone, cancelled = (told(one) for one in objects_since(0))
    assert booked == cancelled == (f"Gesprek: {how}", f"http://localhost:8000/talks/{booking.pk}/", place)


@pytest.mark.oracle
def test_former_advisor_gets_no_file_url():
    make_policy()
    old, new = make_advisor(), make_advisor()
    booking = book(invitation=make_invitation(), request=make_booking_request(advisor=old), actor=CANDIDATE, now=NOW)

    reassign_booking(booking=booking, to_advisor_id=new.pk, remark="", actor=CANDIDATE, now=NOW)

    *_others, lost = objects_since(2)
    assert told(lost) == ("Gesprek: telefonisch", None, "Telefonisch")


def told(content):
    """Title, description and place."""
    [event] = read_by_ical_js(content.encode())["events"]
    return event["summary"], event["description"], event["location"]


def summary(content):
    """Method, uid, sequence, start and end as ical.js reads them, once libical found nothing wrong."""
    assert faults_found_by_libical(content.encode()) == ""
    calendar = read_by_ical_js(content.encode())
    [event] = calendar["events"]
    moments = [datetime.fromisoformat(event[name]) for name in ("starts_at", "ends_at")]
    return (calendar["method"], event["uid"], event["sequence"], *moments)


def attendees(content):
    """Addresses, from the unfolded lines (RFC 5545, 3.1)."""
    lines = content.replace("\r\n ", "").split("\r\n")
    return {line.partition("mailto:")[2] for line in lines if line.startswith("ATTENDEE")}


def objects_since(number):
    return list(Message.objects.order_by("pk").values_list("calendar", flat=True)[number:])


def test_organiser_never_changes(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    make_policy()
    with_mailbox = book(
        invitation=make_invitation(), request=make_booking_request(advisor=make_advisor()), actor=CANDIDATE, now=NOW
    )
    there = reply_address(f"booking:{with_mailbox.pk}")
    settings.INBOX_ADDRESS = ""
    without = book(
        invitation=make_invitation(), request=make_booking_request(advisor=make_advisor()), actor=CANDIDATE, now=NOW
    )
    of_before = make_booking(organiser="")
    make_policy(sender_name="Ans de Boer", sender_email="nieuw@oostmeer.example")

    for booking in (with_mailbox, without, of_before):
        cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    name, policy_of_then = 'CN="Ans de Boer"', "loopbaan@ziekenhuis-oostmeer.example"
    organisers = [organiser(one) for one in objects_since(0) if "METHOD:CANCEL" in one]
    assert organisers[::2] == organisers[1::2]
    assert organisers[::2] == [f"{name}:mailto:{one}" for one in (there, policy_of_then, "nieuw@oostmeer.example")]


def organiser(content):
    return content.replace("\r\n ", "").partition("ORGANIZER;")[2].partition("\r\n")[0]


def test_calendar_objects_have_a_dtstamp(db):
    """DTSTAMP puts two objects of one SEQUENCE in their order (RFC 5546, 2.1.5)."""
    make_policy()
    booking = book(
        invitation=make_invitation(), request=make_booking_request(advisor=make_advisor()), actor=CANDIDATE, now=NOW
    )
    move_booking(
        booking=booking, request=make_booking_request(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW + timedelta(minutes=1)
    )
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW + timedelta(minutes=2))

    stamps = re.findall(r"DTSTAMP:(\w+)", "".join(Message.objects.order_by("pk").values_list("calendar", flat=True)))

    assert Counter(stamps) == {"20261123T090000Z": 2, "20261123T090100Z": 2, "20261123T090200Z": 2}
