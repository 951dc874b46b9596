"""End to end: book, send the invite, receive the reply of a calendar program by mail, and ask about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.appointments.book import book
from bookings.models import Booking, CalendarReply
from bookings.tasks import send_what_is_due
from outbox.inbound.intake import receive
from outbox.models import IncomingMail, Message
from tests.calendar_replies import MAILS, STAMPED, Said, google_counter, google_mail
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking_request,
    make_invitation,
    make_policy,
)

pytestmark = pytest.mark.django_db
LATER = STAMPED + timedelta(minutes=5)


@pytest.fixture
def invite(settings):
    """Values of the invite that was sent, for the reply."""
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    make_policy()
    book(invitation=make_invitation(), request=make_booking_request(advisor=make_advisor()), actor=CANDIDATE, now=NOW)
    letter = Message.objects.get(kind="confirmation")
    lines = dict(line.split(":", 1) for line in letter.calendar.replace("\r\n ", "").split("\r\n") if ":" in line)
    organiser = next(value for name, value in lines.items() if name.startswith("ORGANIZER")).removeprefix("mailto:")
    Message.objects.update(state="sent", sent_at=NOW)
    return Said(
        uid=lines["UID"], sequence=int(lines["SEQUENCE"]), attendee=letter.recipient, organiser=organiser, name="Zoë"
    )


def receive_mail(mail):
    receive(mail, now=LATER)
    send_what_is_due(now=LATER)


def queued_messages():
    return list(Message.objects.filter(state="queued").values_list("kind", "recipient"))


@pytest.mark.parametrize("program", MAILS)
def test_declined_in_any_program_asks_the_candidate(invite, program):
    write, send = MAILS[program]
    said = replace(invite, partstat="DECLINED")

    receive_mail(send(write(said), said))

    booking = Booking.objects.get()
    assert booking.candidate_reply.answer == "declined"
    assert (booking.status, booking.sequence) == ("booked", 0)
    assert queued_messages() == [("declined_in_calendar", invite.attendee)]


@pytest.mark.parametrize("program", MAILS)
def test_accepted_in_any_program_is_stored_with_its_stamp(invite, program):
    write, send = MAILS[program]

    receive_mail(send(write(invite), invite))

    assert list(CalendarReply.objects.values_list("party", "answer", "stamped_at")) == [
        ("candidate", "accepted", STAMPED)
    ]
    assert queued_messages() == []


def test_the_method_may_be_in_the_content_type_only(invite):
    said = replace(invite, starts_at=WEDNESDAY_TEN)
    mail = google_mail(google_counter(said).replace("METHOD:COUNTER\r\n", ""), said)

    receive_mail(mail.replace(b"method=REPLY", b"method=COUNTER"))

    assert queued_messages() == [("proposed_moment", invite.attendee)]


def test_a_forged_reply_changes_nothing_and_is_forwarded(invite):
    advisor = Booking.objects.get().advisor.user.email
    said = replace(invite, partstat="DECLINED")
    mail = google_mail(MAILS["google"][0](said), said)

    receive_mail(mail.replace(f"From: Zoë <{invite.attendee}>".encode(), b"From: <iemand@elders.example>"))
    receive_mail(mail.replace(invite.uid.encode(), b"another@localhost"))

    assert CalendarReply.objects.count() == 0
    assert [recipient for _kind, recipient in queued_messages()] == [advisor]


def test_the_same_mail_twice_is_one_reply(invite):
    said = replace(invite, partstat="DECLINED")
    mail = google_mail(MAILS["google"][0](said), said)

    receive_mail(mail)
    receive_mail(mail)

    assert IncomingMail.objects.count() == len(queued_messages()) == 1
