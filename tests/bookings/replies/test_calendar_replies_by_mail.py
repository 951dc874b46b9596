"""The whole way: a talk is booked, the invite leaves, a calendar program answers by mail, and somebody hears of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.appointments.book import book
from bookings.models import Booking, CalendarAnswer
from bookings.tasks import send_what_is_due
from outbox.inbound.intake import receive
from outbox.models import IncomingMail, Message
from tests.calendar_replies import MAILS, STAMPED, Said, google_counter, google_mail
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_advisor, make_invitation, make_policy, make_wish

pytestmark = pytest.mark.django_db
LATER = STAMPED + timedelta(minutes=5)


@pytest.fixture
def invite(settings):
    """What the candidate's program reads in the invite that left, and answers to."""
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    make_policy()
    book(invitation=make_invitation(), wish=make_wish(advisor=make_advisor()), actor=CANDIDATE, now=NOW)
    letter = Message.objects.get(kind="confirmation")
    lines = dict(line.split(":", 1) for line in letter.calendar.replace("\r\n ", "").split("\r\n") if ":" in line)
    organiser = next(value for name, value in lines.items() if name.startswith("ORGANIZER")).removeprefix("mailto:")
    Message.objects.update(state="sent", sent_at=NOW)
    return Said(
        uid=lines["UID"], sequence=int(lines["SEQUENCE"]), attendee=letter.recipient, organiser=organiser, name="Zoë"
    )


def comes_in(mail):
    receive(mail, now=LATER)
    send_what_is_due(now=LATER)


def written():
    return list(Message.objects.filter(state="queued").values_list("kind", "recipient"))


@pytest.mark.parametrize("program", MAILS)
def test_a_no_in_any_program_asks_the_candidate_by_letter(invite, program):
    write, send = MAILS[program]
    said = replace(invite, partstat="DECLINED")

    comes_in(send(write(said), said))

    booking = Booking.objects.get()
    assert booking.candidate_answer.answer == "declined"
    assert (booking.status, booking.sequence) == ("booked", 0)
    assert written() == [("declined_in_calendar", invite.attendee)]


@pytest.mark.parametrize("program", MAILS)
def test_a_yes_in_any_program_is_kept_with_its_moment(invite, program):
    write, send = MAILS[program]

    comes_in(send(write(invite), invite))

    assert list(CalendarAnswer.objects.values_list("party", "answer", "stamped_at")) == [
        ("candidate", "accepted", STAMPED)
    ]
    assert written() == []


def test_a_proposal_whose_method_stands_around_it_only_is_a_proposal(invite):
    said = replace(invite, starts_at=WEDNESDAY_TEN)
    mail = google_mail(google_counter(said).replace("METHOD:COUNTER\r\n", ""), said)

    comes_in(mail.replace(b"method=REPLY", b"method=COUNTER"))

    assert written() == [("proposed_moment", invite.attendee)]


def test_a_forged_answer_changes_nothing_and_a_person_hears_of_it(invite):
    advisor = Booking.objects.get().advisor.user.email
    said = replace(invite, partstat="DECLINED")
    mail = google_mail(MAILS["google"][0](said), said)

    comes_in(mail.replace(f"From: Zoë <{invite.attendee}>".encode(), b"From: <iemand@elders.example>"))
    comes_in(mail.replace(invite.uid.encode(), b"another@localhost"))

    assert CalendarAnswer.objects.count() == 0
    assert [recipient for _kind, recipient in written()] == [advisor]


def test_the_same_mail_twice_is_one_answer(invite):
    said = replace(invite, partstat="DECLINED")
    mail = google_mail(MAILS["google"][0](said), said)

    comes_in(mail)
    comes_in(mail)

    assert IncomingMail.objects.count() == len(written()) == 1
