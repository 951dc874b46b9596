"""From whom letters about a talk come, and where answers to them go."""

import pytest
from icalendar import Calendar

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from outbox.models import Message
from outbox.reply_addresses import address_about
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_advisor, make_invitation, make_policy, make_wish

pytestmark = pytest.mark.django_db
HOUSE = "loopbaan@ziekenhuis-oostmeer.example"


def written():
    """Sender, organiser, address for answers and thread of every letter of a talk's life."""
    make_policy()
    advisor = make_advisor()
    booking = book(invitation=make_invitation(), wish=make_wish(advisor=advisor), actor=CANDIDATE, now=NOW)
    move(booking=booking, wish=make_wish(WEDNESDAY_TEN, advisor=advisor), actor=CANDIDATE, now=NOW)
    cancel(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    letters = Message.objects.exclude(calendar="")
    assert len(letters) == 6
    return booking, {
        (letter.sender_name, letter.sender_email, organiser(letter), letter.reply_to, letter.thread)
        for letter in letters
    }


def organiser(letter):
    (event,) = Calendar.from_ical(letter.calendar).walk("VEVENT")
    return str(event["ORGANIZER"]).removeprefix("mailto:")


def test_with_a_mailbox_a_talk_comes_from_its_organiser_who_reads_the_answers(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"

    booking, seen = written()

    thing = f"booking:{booking.pk}"
    own = address_about(thing)
    assert seen == {("Marit de Wit", own, own, own, thing)}


def test_without_a_mailbox_a_talk_comes_from_the_house(settings):
    booking, seen = written()

    assert seen == {("Marit de Wit", HOUSE, HOUSE, "", f"booking:{booking.pk}")}
