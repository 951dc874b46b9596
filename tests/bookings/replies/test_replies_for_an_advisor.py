"""Answers of calendars that we cannot count: whoever said something is heard by a person, and nothing changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bookings.models import Booking, CalendarAnswer
from bookings.tasks import send_what_is_due
from outbox.models import IncomingMail, Message
from tests.bookings.replies.test_calendar_replies import LATER, bring, kept, said_of
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
def test_words_beside_an_answer_that_cannot_be_read_reach_the_advisor(booking, write):
    calendar = write(said_of(booking, comment="Kan het later"))
    about = {"about": f"booking:{booking.pk}", "kind": "calendar", "sender": booking.candidate.email}
    IncomingMail.objects.create(digest=str(next(NUMBER)), calendar=calendar, received_at=LATER, **about)

    send_what_is_due(LATER)

    letter = Message.objects.get(kind="advisor_mail")
    assert "Kan het later" in letter.text
    assert ("2026-11-26" in letter.text) == (write is all_day)
    assert CalendarAnswer.objects.count() == 0


def test_an_answer_with_a_number_that_we_never_gave_out_is_a_letter(booking):
    said = said_of(booking, sequence=booking.sequence + 7, partstat="DECLINED")

    assert bring(google(said), booking) == ("letter", None)


def test_an_answer_without_a_number_counts_while_the_talk_has_not_changed():
    make_policy()
    first, changed = make_booking(), make_booking(starts_at=WEDNESDAY_TEN, sequence=1)

    outcomes = [
        bring(google(said_of(talk, partstat="DECLINED")).replace(f"SEQUENCE:{talk.sequence}\r\n", ""), talk)
        for talk in (first, changed)
    ]

    assert outcomes == ["declined", ("letter", None)]


def test_what_a_secretary_answers_for_the_advisor_is_a_letter(booking):
    said = said_of(booking, attendee=booking.advisor.user.email, partstat="DECLINED")

    assert bring(google(said), booking, sender="secretariaat@ziekenhuis-oostmeer.example") == ("letter", None)


def test_another_length_for_the_same_moment_is_a_letter(booking):
    text = google_counter(said_of(booking)).replace("DTEND:20261124T095000Z", "DTEND:20261124T103000Z")

    assert "DTEND:20261124T103000Z" in text
    assert bring(text, booking) == ("letter", None)


def test_a_moment_without_a_zone_is_on_the_clock_of_who_says_it():
    make_policy()
    candidate = make_candidate(time_zone="America/Paramaribo")
    booking = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)), sequence=2)
    text = unfolded(outlook_counter(said_of(booking, local="20261125T060000"))).replace(OUTLOOKS_ZONE, "DTSTART")

    bring(text, booking)

    assert kept()[3] == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_who_declines_and_proposes_is_told_how_to_cancel(booking):
    said = said_of(booking, local="20261125T130000")

    bring(outlook_counter(said).replace("PARTSTAT=TENTATIVE", "PARTSTAT=DECLINED"), booking)

    assert f"/appointments/{booking.pk}/cancel/" in Message.objects.get(kind="proposed_moment").text


def test_a_program_that_goes_on_proposing_gets_twelve_letters_at_most(booking):
    for number in range(20):
        later = STAMPED + timedelta(minutes=number)
        said = said_of(booking, starts_at=WEDNESDAY_TEN + timedelta(minutes=5 * number), stamped_at=later)
        bring(google_counter(said), booking, now=later)
        Message.objects.filter(state="queued").update(state="sent", sent_at=later)

    assert Message.objects.filter(kind="proposed_moment").count() == 12
    assert Booking.objects.get().starts_at == booking.starts_at
