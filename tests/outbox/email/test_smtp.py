"""Reactions of mail servers: refusals, outages, broken connections."""

from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest

from outbox.delivery.worker import deliver_due
from outbox.models import Message
from tests.factories import NOW, make_message
from tests.processes import HANG_SECONDS, SILENCE_SECONDS
from tests.stand_ins import mail_server, point_to

pytestmark = pytest.mark.django_db
SENDER = "loopbaan@ziekenhuis-oostmeer.example"


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.provider_code, message.is_uncertain


def test_a_refused_address_fails_and_the_next_mail_is_sent(settings):
    settings.DEMO = False
    refused, other = make_message(recipient="weg@kandidaat.example"), make_message()

    with mail_server(settings, answers={"weg@kandidaat.example": "550 5.1.1 no such user"}) as server:
        sent = deliver_due(now=NOW)

    assert sent == 1
    assert outcome_of(refused) == ("failed", "address", "550", False)
    assert (refused.ended_at, refused.text) == (NOW, "Tot dinsdag.\n")  # it may be sent again by hand
    assert outcome_of(other) == ("sent", "", "", False)
    assert server.connections == 1


def test_a_server_that_refuses_to_relay_fails_no_message(settings):
    message, other = make_message(recipient="goed@kandidaat.example"), make_message()

    with mail_server(settings, answers={"goed@kandidaat.example": "554 5.7.1 relay access denied"}):
        deliver_due(now=NOW)

    assert outcome_of(message) == ("queued", "settings", "554", False)
    assert outcome_of(other) == ("queued", "", "", False)


def two_messages():
    """The first is sent first: of two that are due at the same moment the database takes either."""
    return [make_message(not_before=NOW - timedelta(minutes=minutes)) for minutes in (1, 0)]


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", "452 4.2.2 mailbox full"])
def test_a_temporary_refusal_is_retried(settings, answer):
    message, _other = make_message(recipient="later@kandidaat.example"), make_message()

    with mail_server(settings, answers={"later@kandidaat.example": answer}) as server:
        first = deliver_due(now=NOW)
        outcome = outcome_of(message)
        server.answers.clear()
        second = deliver_due(now=NOW + timedelta(minutes=2))

    assert (first, outcome) == (1, ("queued", "busy", answer[:3], False))
    assert (second, outcome_of(message)) == (1, ("sent", "", "", False))


def test_a_connection_closed_at_a_recipient_leaves_the_next_message_certain(settings):
    first, second = make_message(recipient="later@kandidaat.example"), make_message()

    with mail_server(settings, answers={"later@kandidaat.example": "421 4.3.2 closing"}) as server:
        sent = deliver_due(now=NOW)

    assert (sent, server.connections) == (1, 2)
    assert [outcome_of(first), outcome_of(second)] == [("queued", "busy", "421", False), ("sent", "", "", False)]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("554 5.7.1 spam", ("failed", "refused", "554", False)),
        ("421 4.3.2 closing", ("queued", "busy", "421", False)),
        ("451 4.3.0 try later", ("queued", "busy", "451", False)),
    ],
)
def test_a_refusal_after_the_data(settings, answer, outcome):
    message = make_message()

    with mail_server(settings, after_data=answer):
        deliver_due(now=NOW)

    assert outcome_of(message) == outcome


def test_a_refused_sender_is_a_setting_and_fails_no_message(settings):
    messages = two_messages()

    with mail_server(settings, answers={SENDER: "553 5.7.1 not your address"}):
        deliver_due(now=NOW)

    assert [outcome_of(message)[:3] for message in messages] == [("queued", "settings", "553"), ("queued", "", "")]


def test_an_unreachable_server_costs_one_attempt_and_no_message(settings):
    point_to(settings, 1)
    messages = two_messages()

    deliver_due(now=NOW)

    assert [outcome_of(message) for message in messages] == [("queued", "away", "", False), ("queued", "", "", False)]


@pytest.mark.parametrize(("behaviour", "arrived"), [("hang", 1), ("close", 1), ("close_unaccepted", 0)])
def test_a_broken_connection_makes_it_uncertain_and_keeps_the_message_id(settings, behaviour, arrived):
    message, other = two_messages()

    with mail_server(settings, timeout=SILENCE_SECONDS, after_data=behaviour) as server:
        deliver_due(now=NOW)
        outcome, before = outcome_of(message), len(server.mails)
        server.after_data, settings.EMAIL_TIMEOUT = "accept", HANG_SECONDS
        deliver_due(now=NOW + timedelta(minutes=2))

    assert (outcome, before) == (("queued", "away", "", True), arrived)
    assert (outcome_of(message), outcome_of(other)) == (("sent", "", "", True), ("sent", "", "", False))
    assert server.message_ids.count(message.provider_id) == 1 + arrived


NO_ADDRESSES = ["no address", "two@@kandidaat.example", "a@b.example\r\nBcc: c@d.example", "zoë@kandidaat.example"]


@pytest.mark.parametrize("recipient", NO_ADDRESSES)
def test_an_invalid_recipient_fails_and_does_not_block_the_rest(settings, recipient):
    message, other = make_message(recipient=recipient), make_message()

    with mail_server(settings) as server:
        assert deliver_due(now=NOW) == 1

    assert outcome_of(message) == ("failed", "address", "", False)
    assert len(server.mails) == 1
    assert Message.objects.get(pk=other.pk).state == "sent"


@pytest.mark.parametrize(
    ("inbox", "fields"),
    [
        ("", {"sender_email": ""}),
        ("", {"sender_email": "geen adres"}),
        ("", {"reply_to": "antwoord@mailhost"}),
        ("antwoord@mailhost", {}),  # on the envelope
    ],
)
def test_an_invalid_address_of_ours_waits_for_new_settings(settings, inbox, fields):
    settings.INBOX_ADDRESS = inbox
    message = make_message(**fields)

    with mail_server(settings) as server:
        deliver_due(now=NOW)
        before = outcome_of(message)
        Message.objects.update(sender_email=SENDER, reply_to="")
        settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
        deliver_due(now=NOW + timedelta(minutes=10))

    assert before == ("queued", "settings", "", False)
    assert (outcome_of(message)[0], len(server.mails)) == ("sent", 1)


def test_one_mail_with_an_invalid_reply_address_blocks_no_other(settings):
    make_message(reply_to="geen adres")
    make_message()

    with mail_server(settings):
        assert deliver_due(now=NOW) == 1


def test_a_strange_name_and_a_host_with_an_accent_make_one_mailbox(settings):
    name = "Sevda\r\nBcc: alle@kandidaat.example\n" + "van der Lange " * 10 + "Yıldız"
    message = make_message(recipient_name=name, recipient="sevda@köln.example", subject="Je\ngesprek")

    with mail_server(settings) as server:
        deliver_due(now=NOW)

    (mail,) = server.mails
    written, address = parseaddr(mail["To"])
    assert outcome_of(message) == ("sent", "", "", False)
    assert (address, mail["Bcc"], mail["Subject"]) == ("sevda@xn--kln-sna.example", None, "Je gesprek")
    assert str(make_header(decode_header(written))) == " ".join(name.split())
