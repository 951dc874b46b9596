"""Envelope and headers as the receiving server reads them."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

import pytest

from outbox.delivery.worker import deliver_due
from outbox.email.provider_headers import metadata_header
from outbox.message_ids import message_id_of, parse_message_id
from outbox.reply_addresses import bounce_address, reply_address
from tests.factories import NOW, make_message
from tests.stand_ins import mail_server

KEY = UUID("3f2c9a40-0000-4000-8000-00000000000c")
UNSUBSCRIBE = "https://spreekuur.oostmeer.example/stop/" + "x" * 43 + "/"


def headers(mail, *names):
    return {name: mail[name] for name in names}


@pytest.mark.django_db
def test_mails_about_one_booking_are_in_one_thread(settings):
    settings.PUBLIC_URL = "https://spreekuur.oostmeer.example"
    for thread in ("booking:12", "booking:12", "booking:13", ""):
        make_message(thread=thread)

    with mail_server(settings) as server:
        deliver_due(now=NOW)

    root, other = "<booking.12.thread@spreekuur.oostmeer.example>", "<booking.13.thread@spreekuur.oostmeer.example>"
    assert [mail["References"] for mail in server.mails] == [root, root, other, None]
    assert [mail["In-Reply-To"] for mail in server.mails] == [root, root, other, None]
    assert len(set(server.message_ids)) == 4


@pytest.mark.django_db
def test_an_invitation_can_be_unsubscribed_from_by_one_click(settings):
    make_message(unsubscribe_url=UNSUBSCRIBE)
    make_message()

    with mail_server(settings) as server:
        deliver_due(now=NOW)

    names = ("List-Unsubscribe", "List-Unsubscribe-Post")
    first, second = server.mails
    assert headers(first, *names) == {
        "List-Unsubscribe": f"<{UNSUBSCRIBE}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert headers(second, *names) == {"List-Unsubscribe": None, "List-Unsubscribe-Post": None}


@pytest.mark.django_db
def test_bounces_and_replies_go_to_the_inbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    message = make_message(reply_to=reply_address("booking:12"))

    with mail_server(settings) as server:
        deliver_due(now=NOW)

    (mail,) = server.mails
    assert server.senders == [bounce_address(message.key)]
    assert mail["From"] == '"Marit de Wit" <loopbaan@ziekenhuis-oostmeer.example>'
    assert mail["Reply-To"] == reply_address("booking:12")


@pytest.mark.django_db
@pytest.mark.parametrize("inbox", ["", f"{'antwoord' * 3}@oostmeer.example"])
def test_without_a_usable_inbox_the_sender_is_on_the_envelope(settings, inbox):
    settings.INBOX_ADDRESS = inbox
    make_message()

    with mail_server(settings) as server:
        deliver_due(now=NOW)

    assert server.senders == ["loopbaan@ziekenhuis-oostmeer.example"]


@pytest.mark.django_db
def test_the_date_is_that_of_the_attempt_that_succeeded(settings):
    make_message(recipient="later@kandidaat.example")

    with mail_server(settings, answers={"later@kandidaat.example": "451 4.7.1 greylisted"}) as server:
        deliver_due(now=NOW)
        server.answers.clear()
        deliver_due(now=NOW + timedelta(minutes=2))

    assert [parsedate_to_datetime(mail["Date"]) for mail in server.mails] == [NOW + timedelta(minutes=2)]


@pytest.mark.parametrize(
    ("host", "header"),
    [
        ("smtp.postmarkapp.com", [("X-PM-Metadata-message", str(KEY))]),
        ("smtp.eu.mailgun.org", [("X-Mailgun-Variables", f'{{"message": "{KEY}"}}')]),
        ("smtp-relay.brevo.com", [("X-Mailin-custom", f'{{"message": "{KEY}"}}')]),
        ("smtp.sendgrid.net", [("X-SMTPAPI", f'{{"unique_args": {{"message": "{KEY}"}}}}')]),
        ("post.notpostmarkapp.com", []),
        ("email-smtp.eu-west-1.amazonaws.com", []),  # whose reports we do not read
        ("localhost", []),
    ],
)
def test_metadata_header_carries_the_key_for_every_provider(host, header):
    assert list(metadata_header(KEY, host=host)) == header


@pytest.mark.parametrize("text", ["", "<x@y.example>", f"<{KEY}@elders.example>", f"{KEY}", f"<x{KEY}@localhost>"])
def test_a_message_id_that_is_not_ours_has_no_key(text):
    assert parse_message_id(text) is None


def test_our_own_message_id_has_its_key():
    assert [parse_message_id(text) for text in (message_id_of(KEY), f" {message_id_of(KEY).upper()} ")] == [KEY, KEY]
