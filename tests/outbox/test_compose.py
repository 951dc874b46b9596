"""Drafts of e-mails: recipient, sender, subject and body in their fields."""

from dataclasses import asdict, replace

import pytest

from bookings.models import Booking
from organisation.models import Department, Policy, User
from outbox.compose import MailRecipient, compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.reply_addresses import reply_address
from outbox.templates import render
from tests.factories import NOW

POLICY = Policy(sender_name="Marit de Wit", sender_email="loopbaan@ziekenhuis-oostmeer.example")
SEVDA = MailRecipient("candidate:7", "Sevda Aydin", "sevda@kandidaat.example", "en")
NAME, CONTEXT = "organisation/password_reset", {"name": "Sevda"}


def compose(**values):
    return compose_mail(NAME, to=SEVDA, policy=POLICY, context=CONTEXT, unique_key="user=3", **values)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_mail_is_addressed_to_the_recipient_and_sent_by_the_employer(language):
    draft = compose_mail(
        NAME, to=replace(SEVDA, language=language), policy=POLICY, context=CONTEXT, unique_key="user=3"
    )

    assert draft == MessageDraft(
        kind="password_reset",
        dedupe_key="password_reset:user=3",
        about="candidate:7",
        person_key="candidate:7",
        language=language,
        recipient="sevda@kandidaat.example",
        recipient_name="Sevda Aydin",
        sender_name="Marit de Wit",
        sender_email="loopbaan@ziekenhuis-oostmeer.example",
        **asdict(render(NAME, language=language, context=CONTEXT)),
    )


def test_mail_may_be_about_another_subject_than_its_recipient():
    assert compose(about=Department(pk=4)) == replace(compose(), about="department:4", thread="department:4")


def test_replies_to_mail_about_a_booking_go_to_the_mailbox_if_there_is_one(settings):
    booking = Booking(pk=12)
    without = compose(about=booking)
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"

    assert without == replace(compose(), about="booking:12", thread="booking:12")
    assert compose(about=booking) == replace(without, reply_to=reply_address("booking:12"))


def test_mail_with_a_calendar_is_sent_by_its_organiser():
    folded = 'BEGIN:VEVENT\r\nORGANIZER;CN="Marit de Wit":mailto:antwoord+booking.12.aaaa@oost\r\n meer.example\r\nEND'

    assert compose(calendar=folded).sender_email == "antwoord+booking.12.aaaa@oostmeer.example"


def test_kind_may_differ_from_the_name_of_the_template():
    assert compose(kind="welcome") == replace(compose(), kind="welcome", dedupe_key="welcome:user=3")


def test_other_fields_are_passed_on():
    more = {"calendar": "BEGIN:VCALENDAR", "calendar_method": "REQUEST", "expires_at": NOW}

    assert compose(**more, only_at_office_hours=True) == replace(compose(), **more, only_at_office_hours=True)


@pytest.mark.parametrize(("known", "language"), [({}, "en"), ({"language": "nl"}, "nl")])
def test_staff_get_the_default_language_of_policy_unless_another_is_known(settings, known, language):
    settings.LANGUAGE_CODE = "nl"
    user = User(pk=3, name="Robin Smit", email="robin@ziekenhuis-oostmeer.example")

    recipient = staff_recipient(user, Policy(default_language="en"), **known)

    assert recipient == MailRecipient("user:3", "Robin Smit", "robin@ziekenhuis-oostmeer.example", language)
