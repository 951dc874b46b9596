"""Sender and reply address of messages about a booking."""

import pytest
from icalendar import Calendar

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from outbox.models import Message
from outbox.reply_addresses import reply_address
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
HOUSE = "loopbaan@ziekenhuis-oostmeer.example"


def written():
    """Sender, organiser, address for answers and thread of every letter of a talk's life."""
    make_policy()
    advisor = make_advisor()
    booking = book(
        invitation=make_invitation(), request=make_booking_request(advisor=advisor), actor=CANDIDATE, now=NOW
    )
    move_booking(
        booking=booking, request=make_booking_request(WEDNESDAY_TEN, advisor=advisor), actor=CANDIDATE, now=NOW
    )
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    letters = Message.objects.exclude(calendar="")
    assert len(letters) == 6
    return booking, {
        (letter.sender_name, letter.sender_email, organiser(letter), letter.reply_to, letter.thread)
        for letter in letters
    }


def organiser(letter):
    (event,) = Calendar.from_ical(letter.calendar).walk("VEVENT")
    return str(event["ORGANIZER"]).removeprefix("mailto:")


def test_sender_is_the_organiser_when_there_is_a_mailbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"

    booking, seen = written()

    thing = f"booking:{booking.pk}"
    own = reply_address(thing)
    assert seen == {("Marit de Wit", own, own, own, thing)}


def test_sender_is_the_employer_without_a_mailbox(settings):
    booking, seen = written()

    assert seen == {("Marit de Wit", HOUSE, HOUSE, "", f"booking:{booking.pk}")}
