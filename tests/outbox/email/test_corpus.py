"""A corpus of reports on mail that did not arrive, in the forms of many servers; what each changes is in expected.json.

The files are our own, after public reports and the documentation of servers. None was seen live.
"""

import json
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from outbox.email.dsn import MAX_CHARACTERS, parse_report
from outbox.inbound.intake import receive
from outbox.inbound.store import erase_old_reports
from outbox.message_ids import message_id_of
from outbox.reply_addresses import bounce_address
from tests.factories import NOW, make_message, make_policy
from tests.work import calls_of

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).parent.parent.parent / "corpus" / "reports"
EXPECTED = json.loads((CORPUS / "expected.json").read_text())


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    make_policy()


@pytest.fixture
def message():
    return make_message(state="sent", sent_at=NOW, recipient="noor@kandidaat.example")


def received(name, message):
    text = (CORPUS / f"{name}.eml").read_text()
    text = text.replace("{to}", bounce_address(message.key)).replace("{message_id}", message_id_of(message.key))
    outcome = receive(text.encode(), now=NOW)
    message.refresh_from_db()
    return outcome


@pytest.mark.parametrize("name", EXPECTED)
def test_a_report_of_the_corpus(message, name):
    received(name, message)

    unclear = ["unclear"] if message.unclear_report_at else []
    assert [message.state, message.reason, *unclear] == EXPECTED[name]


def test_every_file_of_the_corpus_has_an_expectation():
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)


def test_an_unclear_report_is_kept_without_addresses_and_numbers(message):
    assert received("no-fields", message) == "unclear_report"

    assert "Geen verslag beschikbaar voor n··@k··.example, bel ··" in message.unclear_report
    assert message.unclear_report_at == NOW


def test_the_text_of_an_unclear_report_goes_after_thirty_days(message):
    received("no-fields", message)

    erased = [erase_old_reports(now=NOW + timedelta(days=days)) for days in (30, 31)]

    message.refresh_from_db()
    assert (erased, message.unclear_report, message.unclear_report_at) == ([0, 1], "", NOW)


@pytest.mark.parametrize(
    "piece", ["<a@b> ", "550 5.1.1 user unknown\n", "a@b.example:\n", '{"complaint":', "To: x@y\n"]
)
def test_a_report_costs_no_more_than_its_length(piece):
    """The text comes from outside, and a library that we did not write reads it."""

    def calls(length):
        text = (piece * length)[:MAX_CHARACTERS]
        mail = message_from_bytes(f"From: MAILER-DAEMON@a.example\nReturn-Path: <>\n\n{text}".encode())
        return calls_of(lambda: parse_report(mail))

    few, more, many = calls(200), calls(400), calls(600)

    assert many - more < 1.2 * (more - few) + 200
