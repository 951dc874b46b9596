"""Bounces: hard, soft, in plain text, forged. Sources of the formats: bounce_samples.py."""

from base64 import b64encode
from datetime import datetime, timedelta
from email import message_from_bytes
from uuid import uuid4

import pytest

from candidates.bounced_addresses import mark_failed_addresses
from candidates.models import Candidate
from core.actors import COMMAND
from outbox.delivery.worker import deliver_due
from outbox.email.bounces import record_bounce
from outbox.email.dsn import MAX_CHARACTERS, Action, DeliveryReport, parse_report
from outbox.inbound.intake import receive
from outbox.message_ids import message_id_of, thread_id_of
from outbox.models import Message
from outbox.reply_addresses import bounce_address, reply_address
from outbox.staff.actions import send_again
from tests.factories import NOW, make_candidate, make_message, make_policy, make_rejection
from tests.outbox.email.bounce_samples import (
    COMPLAINT,
    EXCHANGE_2003,
    EXCHANGE_HTML,
    EXIM,
    EXIM_WARNING,
    QMAIL,
    report,
    text_report,
)
from tests.outbox.inbound.samples import parts
from tests.stand_ins.mail import mail_server

pytestmark = pytest.mark.django_db
HTML = "Content-Type: text/html; charset=utf-8\n"
NINE = datetime.fromisoformat("2026-11-23T09:00:00+01:00")  # of tests/outbox/inbound/mails.py
EXIM_HEADER = "X-Failed-Recipients: weg@kandidaat.example\n"
BOX = "loopbaan@ziekenhuis-oostmeer.example"


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"


def make_sent(**fields):
    return make_message(**{"state": "sent", "sent_at": NOW, "recipient": "weg@kandidaat.example"} | fields)


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.provider_code


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({}, ("failed", "bounced", "5.1.1")),
        ({"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 mailbox full"}, ("failed", "refused", "5.2.2")),
        ({"status": "4.4.7", "diagnostic": "smtp; delivery time expired"}, ("failed", "bounced", "4.4.7")),
        ({"status": "5.0.0", "diagnostic": "smtp; 550-5.1.1 no such user"}, ("failed", "bounced", "5.1.1")),
        ({"status": "5.0.0 (undefined status)", "diagnostic": "smtp; 550 no"}, ("failed", "refused", "5.0.0")),
        ({"status": "5.0.0", "diagnostic": "smtp; 550 relay not permitted"}, ("failed", "settings", "5.0.0")),
        ({"status": "5.1.8", "diagnostic": "smtp; 553 5.1.8 no such sender"}, ("failed", "settings", "5.1.8")),
        ({"status": "5.7.1", "diagnostic": "smtp; 550 5.7.1 spam"}, ("failed", "refused", "5.7.1")),
        ({"action": "Failed (really)"}, ("failed", "bounced", "5.1.1")),
        ({"action": "delayed", "status": "4.4.1", "diagnostic": "smtp; 451 later"}, ("sent", "", "")),
        ({"action": "relayed", "status": "2.0.0", "diagnostic": "smtp; 250 ok"}, ("sent", "", "")),
    ],
)
@pytest.mark.parametrize("to", ["bounce", "sender"])
def test_a_report_sets_the_state_of_the_message(said, outcome, to):
    message, other = make_sent(), make_sent()
    address, message_id = (
        (bounce_address(message.key), "<x@y>") if to == "bounce" else (BOX, message_id_of(message.key))
    )

    assert record_bounce(report(address, message_id, **said), now=NOW)

    assert outcome_of(message) == outcome
    assert outcome_of(other) == ("sent", "", "")


SHAPES = {
    "exchange": lambda to, key: report(
        to,
        key,
        status="5.1.10",
        diagnostic="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound;\n not found",
        words=EXCHANGE_HTML.format(message_id_bare="-"),
        words_type="text/html",
        returned_type="message/rfc822",
    ),
    "exim": lambda to, key: text_report(to, key, EXIM, more=EXIM_HEADER),
    "qmail": lambda to, key: text_report(to, key, QMAIL),
    "exchange html": lambda to, key: text_report(
        to, key, EXCHANGE_HTML, more=HTML, subject="Undeliverable: Je gesprek"
    ),
    "exchange 2003": lambda to, key: text_report(to, key, EXCHANGE_2003, more=f"In-Reply-To: {key}\n"),
}


@pytest.mark.parametrize(
    ("shape", "code"),
    [("exchange", "5.1.10"), ("exim", "5.1.1"), ("qmail", "5.1.1"), ("exchange html", "5.1.10"), ("exchange 2003", "")],
)
def test_the_format_of_every_server_is_read(shape, code):
    message = make_sent()

    assert record_bounce(SHAPES[shape](BOX, message_id_of(message.key)), now=NOW)

    assert outcome_of(message) == ("failed", "bounced", code)


def test_a_report_of_blank_lines_is_read_in_linear_time():
    """A pattern that backtracks at every line would take hours."""
    blank = ("Content-Transfer-Encoding: base64", b64encode(b"\n" * MAX_CHARACTERS))
    last = ("Content-Type: text/plain", "\n\n  Message-ID: <een@oostmeer.example>")
    raw = parts(*[blank] * 20, last, x_failed_recipients="weg@kandidaat.example")

    found = parse_report(message_from_bytes(raw))

    assert found == DeliveryReport(Action.FAILED, "", ("<een@oostmeer.example>",), ("weg@kandidaat.example",), NINE)


def test_a_delay_in_plain_text_changes_nothing():
    message = make_sent()

    assert record_bounce(text_report(bounce_address(message.key), message_id_of(message.key), EXIM_WARNING), now=NOW)

    assert outcome_of(message) == ("sent", "", "")


def forged(message):
    to = bounce_address(message.key)
    yield report(to.replace(to[-30], "x"), "<made@up.example>")  # a digest that is not ours
    yield report(bounce_address(uuid4()), message_id_of(uuid4()))  # of a letter that is not there
    yield report(BOX, f"<{message.key}@elders.example>")
    yield report(reply_address("booking:12"), thread_id_of("booking:12"))
    yield text_report(to, message_id_of(message.key), "Ik ben er tot maandag niet.", subject="Automatisch antwoord")
    yield text_report(to, message_id_of(message.key), "")
    yield b"Content-Type: multipart/report\r\n\r\n--"
    yield b"\xff\xfe\x00"


def test_forged_unknown_and_other_mail_changes_nothing():
    message = make_sent()

    answers = [record_bounce(mail, now=NOW) for mail in forged(message)]

    assert answers == [False] * 8
    assert outcome_of(message) == ("sent", "", "")


OUT_OF_OFFICE = "Ik ben vrij. Lukt het niet: my mailbox is giving up on 23 November, mail could not be delivered."
LATER = NOW + timedelta(hours=1)
LATE = "Mon, 23 Nov 2026 11:00:03 +0100"
EMPTY_PATH = "Return-Path: <>\n"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"sender": "sevda@kandidaat.example"}, "sent"),
        ({"sender": "sevda@kandidaat.example", "more": f"{EMPTY_PATH}Auto-Submitted: auto-replied\n"}, "sent"),
        ({"sender": "postmaster.sevda@kandidaat.example"}, "sent"),
        ({"sender": "System Administrator <sa@mx.example>", "more": EMPTY_PATH}, "failed"),
        ({"sender": "Mail Delivery <Postmaster@mx.example>"}, "failed"),
        ({"sender": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mx.example>"}, "failed"),
        ({"sender": "sevda@kandidaat.example", "more": EXIM_HEADER}, "failed"),
    ],
)
def test_plain_text_counts_only_from_a_mail_server(said, state):
    """Exchange's sender: learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages."""
    message = make_sent()

    receive(text_report(bounce_address(message.key), "<x@y>", OUT_OF_OFFICE, **said), now=NOW)

    assert outcome_of(message)[0] == state


@pytest.mark.parametrize(
    ("feedback", "outcome"), [("abuse", ("failed", "complained", "")), ("not-spam", ("sent", "", ""))]
)
def test_a_complaint_is_recorded(feedback, outcome):
    message = make_sent()
    mail = COMPLAINT.format(to=BOX, feedback=feedback, message_id=message_id_of(message.key)).encode()

    assert record_bounce(mail, now=NOW) is (feedback == "abuse")
    assert outcome_of(message) == outcome


def readdressed(message):
    """Message that bounced, was corrected and queued again, and is not sent yet."""
    record_bounce(report(bounce_address(message.key), ""), now=NOW)
    Message.objects.filter(pk=message.pk).update(recipient="nieuw@kandidaat.example")
    send_again(message, actor=COMMAND, now=LATER)
    message.refresh_from_db()


def test_a_repeated_report_does_not_affect_the_message_that_was_resent(settings):
    message = make_sent()
    readdressed(message)
    mail = report(bounce_address(message.key), "")

    record_bounce(mail, now=LATER)
    waiting = outcome_of(message)
    with mail_server(settings):
        deliver_due(now=LATER)
    record_bounce(mail, now=LATER)

    assert (waiting, outcome_of(message)) == (("queued", "", ""), ("sent", "", ""))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, "sent"),  # for the old address, also when it comes late
        ({"recipient": "nieuw@kandidaat.example"}, "failed"),
        ({"recipient": "NIEUW@Kandidaat.example"}, "failed"),
        ({"recipient": "nieuw@kandidaat.example", "arrived": "Mon, 23 Nov 2026 10:00:00 +0100"}, "sent"),
        ({"recipient": "nieuw@kandidaat.example", "arrived": "gisteren"}, "failed"),
    ],
)
def test_a_report_counts_for_the_recipient_and_attempt_that_it_names(said, state):
    message = make_sent(recipient="nieuw@kandidaat.example", sending_at=LATER)

    record_bounce(report(bounce_address(message.key), "", **{"arrived": LATE} | said), now=LATER)

    assert outcome_of(message)[0] == state


def test_a_report_about_a_forwarding_address_names_the_original_recipient():
    message = make_sent()

    record_bounce(report(bounce_address(message.key), "", final="elders@kandidaat.example"), now=NOW)

    assert outcome_of(message)[0] == "failed"


def test_the_same_report_counts_once():
    message = make_sent()
    mail = report(bounce_address(message.key), "")

    assert [record_bounce(mail, now=NOW), record_bounce(message_from_bytes(mail), now=NOW)] == [True, True]
    assert outcome_of(message) == ("failed", "bounced", "5.1.1")


def test_a_bounce_after_acceptance_reaches_the_recruiter(settings):
    """End to end: sent by SMTP, bounced to the inbox, shown at the candidate and mailed to the recruiter."""
    make_policy()
    rejection = make_rejection(candidate=make_candidate(email="weg@kandidaat.example"))
    person = f"candidate:{rejection.application.candidate_id}"
    message = make_message(recipient="weg@kandidaat.example", person_key=person)

    with mail_server(settings) as server:
        deliver_due(now=NOW)
    before = outcome_of(message)
    (sender,), (accepted,) = server.senders, server.mails
    outcome = receive(report("undisclosed-recipients:;", accepted["Message-ID"]), to=sender, now=NOW)
    mark_failed_addresses(now=NOW)

    assert (before, outcome) == (("sent", "", ""), "report")
    assert outcome_of(message) == ("failed", "bounced", "5.1.1")
    assert Candidate.objects.get().email_failed_at == NOW
    assert Message.objects.get(kind="address_failed").recipient == rejection.recruiter.email
