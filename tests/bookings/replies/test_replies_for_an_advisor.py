"""Calendar replies that do not count are forwarded to the advisor and change nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Booking, CalendarReply
from bookings.tasks import send_what_is_due
from outbox.models import IncomingMail, Message
from tests.bookings.replies.test_calendar_replies import LATER, receive_reply, reply_of, stored
from tests.calendar_replies import STAMPED, google, google_counter, outlook, outlook_counter
from tests.factories import (
    NUMBER,
    WEDNESDAY_TEN,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = pytest.mark.django_db
OUTLOOKS_ZONE = "DTSTART;TZID=W. Europe Standard Time"


@pytest.fixture
def booking():
    make_policy()
    return make_booking(sequence=2)


def unfolded(text):
    return text.replace("\r\n ", "")


def all_day(said):
    return unfolded(outlook_counter(replace(said, local="20261126"))).replace(OUTLOOKS_ZONE, "DTSTART;VALUE=DATE")


UNREADABLE = {
    "a day without an hour": all_day,
    "passed on to somebody else": lambda said: outlook(replace(said, partstat="DELEGATED")),
    "another moment, but not which": lambda said: outlook_counter(said).replace("DTSTART", "X-DTSTART"),
}


@pytest.mark.parametrize("write", UNREADABLE.values(), ids=UNREADABLE)
def test_the_comment_of_an_unreadable_reply_reaches_the_advisor(booking, write):
    calendar = write(reply_of(booking, comment="Kan het later"))
    about = {"about": f"booking:{booking.pk}", "kind": "calendar", "sender": booking.candidate.email}
    IncomingMail.objects.create(digest=str(next(NUMBER)), calendar=calendar, received_at=LATER, **about)

    send_what_is_due(LATER)

    letter = Message.objects.get(kind="advisor_mail")
    assert "Kan het later" in letter.text
    assert ("2026-11-26" in letter.text) == (write is all_day)
    assert CalendarReply.objects.count() == 0


def test_a_reply_with_an_unknown_sequence_is_forwarded(booking):
    said = reply_of(booking, sequence=booking.sequence + 7, partstat="DECLINED")

    assert receive_reply(google(said), booking) == ("letter", None)


def test_a_reply_without_a_sequence_counts_for_an_unchanged_booking():
    make_policy()
    first, changed = make_booking(), make_booking(starts_at=WEDNESDAY_TEN, sequence=1)

    outcomes = [
        receive_reply(google(reply_of(talk, partstat="DECLINED")).replace(f"SEQUENCE:{talk.sequence}\r\n", ""), talk)
        for talk in (first, changed)
    ]

    assert outcomes == ["declined", ("letter", None)]


def test_a_reply_sent_by_a_secretary_is_forwarded(booking):
    said = reply_of(booking, attendee=booking.advisor.user.email, partstat="DECLINED")

    assert receive_reply(google(said), booking, sender="secretariaat@ziekenhuis-oostmeer.example") == ("letter", None)


def test_a_proposal_of_another_duration_is_forwarded(booking):
    text = google_counter(reply_of(booking)).replace("DTEND:20261124T095000Z", "DTEND:20261124T103000Z")

    assert "DTEND:20261124T103000Z" in text
    assert receive_reply(text, booking) == ("letter", None)


def test_a_time_without_a_zone_is_in_the_senders_zone():
    make_policy()
    candidate = make_candidate(time_zone="America/Paramaribo")
    booking = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)), sequence=2)
    text = unfolded(outlook_counter(reply_of(booking, local="20261125T060000"))).replace(OUTLOOKS_ZONE, "DTSTART")

    receive_reply(text, booking)

    assert stored()[3] == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_a_declined_proposal_explains_how_to_cancel(booking):
    said = reply_of(booking, local="20261125T130000")

    receive_reply(outlook_counter(said).replace("PARTSTAT=TENTATIVE", "PARTSTAT=DECLINED"), booking)

    assert f"/appointments/{booking.pk}/cancel/" in Message.objects.get(kind="proposed_moment").text


def test_a_program_that_keeps_proposing_gets_twelve_messages_at_most(booking):
    for number in range(20):
        later = STAMPED + timedelta(minutes=number)
        said = reply_of(booking, starts_at=WEDNESDAY_TEN + timedelta(minutes=5 * number), stamped_at=later)
        receive_reply(google_counter(said), booking, now=later)
        Message.objects.filter(state="queued").update(state="sent", sent_at=later)

    assert Message.objects.filter(kind="proposed_moment").count() == 12
    assert Booking.objects.get().starts_at == booking.starts_at
