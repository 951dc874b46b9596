"""What goes to the outbox of a letter: the reader, the employer and the words, each in its place."""

from dataclasses import asdict, replace

import pytest

from bookings.models import Booking
from organisation.models import Department, Policy, User
from outbox.compose import Reader, letter, staff
from outbox.drafts import Draft
from outbox.reply_addresses import address_about
from outbox.templates import render
from tests.factories import NOW

POLICY = Policy(sender_name="Marit de Wit", sender_email="loopbaan@ziekenhuis-oostmeer.example")
SEVDA = Reader("candidate:7", "Sevda Aydin", "sevda@kandidaat.example", "en")
NAME, WORDS = "organisation/password_reset", {"name": "Sevda"}


def write(**values):
    return letter(NAME, to=SEVDA, policy=POLICY, words=WORDS, once="user=3", **values)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_letter_is_for_its_reader_and_from_the_employer(language):
    draft = letter(NAME, to=replace(SEVDA, language=language), policy=POLICY, words=WORDS, once="user=3")

    assert draft == Draft(
        kind="password_reset",
        dedupe_key="password_reset:user=3",
        about="candidate:7",
        person_key="candidate:7",
        language=language,
        recipient="sevda@kandidaat.example",
        recipient_name="Sevda Aydin",
        sender_name="Marit de Wit",
        sender_email="loopbaan@ziekenhuis-oostmeer.example",
        **asdict(render(NAME, language=language, context=WORDS)),
    )


def test_a_letter_may_be_about_something_else_than_its_reader():
    assert write(about=Department(pk=4)) == replace(write(), about="department:4", thread="department:4")


def test_answers_to_a_letter_about_a_talk_come_to_the_mailbox_if_there_is_one(settings):
    talk = Booking(pk=12)
    without = write(about=talk)
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"

    assert without == replace(write(), about="booking:12", thread="booking:12")
    assert write(about=talk) == replace(without, reply_to=address_about("booking:12"))


def test_a_calendar_comes_from_who_organises_it():
    folded = 'BEGIN:VEVENT\r\nORGANIZER;CN="Marit de Wit":mailto:antwoord+booking.12.aaaa@oost\r\n meer.example\r\nEND'

    assert write(calendar=folded).sender_email == "antwoord+booking.12.aaaa@oostmeer.example"


def test_a_letter_may_be_of_another_kind_than_its_name_says():
    assert write(kind="welcome") == replace(write(), kind="welcome", dedupe_key="welcome:user=3")


def test_a_letter_carries_what_was_given_with_it():
    more = {"calendar": "BEGIN:VCALENDAR", "calendar_method": "REQUEST", "useless_after": NOW}

    assert write(**more, only_at_office_hours=True) == replace(write(), **more, only_at_office_hours=True)


@pytest.mark.parametrize(("known", "language"), [({}, "en"), ({"language": "nl"}, "nl")])
def test_staff_read_the_first_language_of_policy_unless_another_is_known(settings, known, language):
    settings.LANGUAGE_CODE = "nl"
    user = User(pk=3, name="Robin Smit", email="robin@ziekenhuis-oostmeer.example")

    reader = staff(user, Policy(default_language="en"), **known)

    assert reader == Reader("user:3", "Robin Smit", "robin@ziekenhuis-oostmeer.example", language)
