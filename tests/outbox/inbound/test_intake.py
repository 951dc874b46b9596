"""Intake of mail. How automatic replies are recognised: RFC 3834, 5 (rfc-editor.org/rfc/rfc3834), for
Gmail, Exchange and others github.com/jpmckinney/multi_mail/wiki/Detecting-autoresponders; Exchange's headers:
MS-OXCMAIL 2.1.3.2.20 (learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail); Sieve's: RFC 5230, 5.8."""

import logging
from datetime import timedelta
from io import BytesIO

import pytest

from outbox.inbound.intake import MAX_PER_DAY, InboundMailOutcome, receive
from outbox.inbound.store import delete_old
from outbox.message_ids import message_id_of
from outbox.models import IncomingMail, Message
from outbox.reply_addresses import bounce_address, reply_address
from tests.factories import NOW, make_message, make_policy
from tests.outbox.inbound.samples import INBOX, REPLY, SEVDA, calendar_mail, mail, parts

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def rows(*names):
    return list(IncomingMail.objects.values_list(*names))


def test_mail_is_stored_with_its_subject():
    outcome = receive(mail("Ik kom wat later."), now=NOW)

    assert outcome == InboundMailOutcome.STORED
    assert rows("about", "kind", "sender", "subject", "text", "calendar", "is_cut", "received_at", "handled_at") == [
        ("booking:1", "letter", SEVDA, "Re: Je gesprek", "Ik kom wat later.", "", False, NOW, None)
    ]


@pytest.mark.parametrize("headers", [{}, {"auto_submitted": "auto-generated", "return_path": "<>"}])
def test_a_calendar_reply_is_stored_also_when_it_is_automatic(headers):
    outcome = receive(BytesIO(calendar_mail(**headers)), now=NOW)

    assert outcome == InboundMailOutcome.STORED
    assert rows("about", "kind", "calendar", "text") == [("booking:1", "calendar", REPLY, "Sorry, ik ben ziek.")]


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied; owner-email=x", "subject": "Afwezig"},  # Apple, and Sieve's vacation
        {"auto_submitted": "auto-replied", "precedence": "bulk", "x_autoreply": "yes"},  # Gmail
        {"auto_submitted": "auto-generated", "x_auto_response_suppress": "All"},  # Exchange Online
        {"x_auto_response_suppress": "All", "subject": "Automatisch antwoord: Je gesprek"},  # Exchange, Dutch
        {"subject": "=?utf-8?q?Automatisch_antwoord=3A_Je_gesprek?="},  # Outlook, without any header
        {"subject": "Automatic reply: Je gesprek"},
        {"subject": "Out of Office AutoReply: Je gesprek"},
        {"x_precedence": "auto_reply", "x_autorespond": "Je gesprek"},  # cPanel
        {"return_path": "<>"},
        {"precedence": "list"},
        {"list_id": "<alumni.elders.example>"},
        {"content_type": 'multipart/report; report-type=disposition-notification; boundary="x"'},  # RFC 8098: was read
    ],
)
def test_automatic_mail_is_not_stored(headers):
    assert (receive(mail("Ik ben er niet.", **headers), now=NOW), rows("pk")) == (InboundMailOutcome.AUTOMATIC, [])


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "no"},
        {"x_auto_response_suppress": "DR, OOF, AutoReply"},  # Exchange also adds it to what people write
        {"subject": "Afwezig: mag het later?"},
        {"x_spam_flag": "YES"},  # our address proves that we wrote to them
    ],
)
def test_mail_of_a_person_is_stored(headers):
    assert receive(mail(**headers), now=NOW) == InboundMailOutcome.STORED


@pytest.mark.parametrize(
    "again",
    [{}, {"delivered_to": INBOX, "received": "from elsewhere", "x_spam_score": "1"}],  # the second by another way
)
def test_the_same_mail_is_stored_once(again):
    receive(mail(), now=NOW)

    assert (receive(mail(**again), now=NOW), len(rows("pk"))) == (InboundMailOutcome.DUPLICATE, 1)


def test_mails_without_message_id_are_equal_when_their_content_is():
    outcomes = [receive(mail(text, message_id=None), now=NOW) for text in ("Een", "Twee", "Een")]

    assert outcomes == [InboundMailOutcome.STORED, InboundMailOutcome.STORED, InboundMailOutcome.DUPLICATE]


def test_our_own_mail_that_comes_back_is_a_loop(policy):
    sent = make_message()
    loops = [
        mail(message_id=message_id_of(sent.key)),
        mail(**{"from": policy.sender_email, "auto_submitted": "auto-generated"}),
        mail(**{"from": f"Oostmeer <{reply_address('booking:9')}>"}),
        mail(to=INBOX, **{"from": INBOX.upper()}),
    ]

    assert [receive(loop, now=NOW) for loop in loops] == [InboundMailOutcome.LOOP] * 4
    assert (rows("pk"), Message.objects.count()) == ([], 1)


@pytest.mark.parametrize(("to", "outcome"), [(None, InboundMailOutcome.STORED), (INBOX, InboundMailOutcome.FORWARDED)])
def test_mail_from_the_sender_address_of_the_employer_is_accepted(policy, to, outcome):
    assert receive(mail(to=to, **{"from": policy.sender_email}), now=NOW) == outcome


def test_mail_about_one_object_is_limited_per_day():
    def bring(number, now=NOW):
        return receive(mail(message_id=f"<{number}@kandidaat.example>"), now=now)

    outcomes = [bring(number) for number in range(MAX_PER_DAY + 1)]

    assert outcomes == [InboundMailOutcome.STORED] * MAX_PER_DAY + [InboundMailOutcome.TOO_MANY]
    assert receive(calendar_mail(), now=NOW) == InboundMailOutcome.STORED
    assert bring("morgen", now=NOW + timedelta(days=1, minutes=1)) == InboundMailOutcome.STORED


def test_mail_without_a_reply_address_is_forwarded_to_the_employer(policy, settings):
    settings.DEMO = False

    outcome = receive(mail("Wie zijn jullie?", to=INBOX, subject="Vraag"), now=NOW)

    [letter] = Message.objects.all()
    assert outcome == InboundMailOutcome.FORWARDED
    assert (letter.recipient, letter.reply_to) == (policy.sender_email, SEVDA)
    assert letter.subject == "Er kwam een mail binnen"
    assert "Wie zijn jullie?" in letter.text
    assert rows("about", "text", "outcome", "handled_at") == [("house", "", "forwarded", NOW)]
    assert receive(mail("Wie zijn jullie?", to=INBOX, subject="Vraag"), now=NOW) == InboundMailOutcome.DUPLICATE


@pytest.mark.parametrize(
    ("headers", "sender_email", "outcome"),
    [
        ({"x_spam_flag": "YES"}, "loopbaan@oostmeer.example", InboundMailOutcome.SPAM),
        ({}, "", InboundMailOutcome.NO_RECIPIENT),
        ({}, INBOX, InboundMailOutcome.NO_RECIPIENT),  # they read this mailbox themselves
        ({"from": None}, "loopbaan@oostmeer.example", InboundMailOutcome.UNREADABLE),
        ({"auto_submitted": "auto-replied"}, "loopbaan@oostmeer.example", InboundMailOutcome.AUTOMATIC),
    ],
)
def test_some_mail_without_a_reply_address_is_not_forwarded(headers, sender_email, outcome):
    make_policy(sender_email=sender_email)

    assert receive(mail(to=INBOX, **headers), now=NOW) == outcome
    assert (rows("pk"), Message.objects.count()) == ([], 0)


def test_a_forged_reply_address_is_ignored():
    forged = reply_address("booking:1").replace("booking.1", "booking.2")

    assert receive(mail(to=forged), now=NOW) == InboundMailOutcome.FORWARDED
    assert rows("about") == [("house",)]


REPORT = """Reporting-MTA: dns; mx.kandidaat.example

Final-Recipient: rfc822; sevda@kandidaat.example
Action: failed
Status: 5.1.1
"""


def report(to):
    """RFC 3464, appendix E; rfc-editor.org/rfc/rfc3464."""
    contents = (("Content-Type: text/plain", "Sorry"), ("Content-Type: message/delivery-status", REPORT))
    kind = "multipart/report; report-type=delivery-status"
    return parts(
        *contents, content_type=kind, to=to, auto_submitted="auto-replied", **{"from": "MAILER-DAEMON@x.example"}
    )


@pytest.mark.parametrize("is_in_headers", [True, False])
def test_a_report_marks_the_message_as_undelivered(is_in_headers):
    letter = make_message(state="sent", sent_at=NOW, recipient=SEVDA)
    to = bounce_address(letter.key)

    assert receive(report(to if is_in_headers else "x@y.example"), now=NOW, to=to) == InboundMailOutcome.REPORT
    letter.refresh_from_db()
    assert (letter.state, letter.reason) == ("failed", "bounced")


def test_a_report_about_an_unknown_message_changes_nothing():
    assert receive(report(reply_address("booking:1")), now=NOW) == InboundMailOutcome.AUTOMATIC
    assert rows("pk") == []


def test_a_mail_that_breaks_the_parser_is_logged(caplog):
    nested = "Content-Type: message/rfc822\r\n\r\n" * 5000
    caplog.set_level(logging.INFO)

    outcome = receive(mail(nested, content_type="message/rfc822"), now=NOW)

    assert outcome == InboundMailOutcome.UNREADABLE
    assert "RecursionError" in caplog.text


def test_logs_name_a_mail_by_its_digest_only(caplog):
    caplog.set_level(logging.INFO)

    receive(mail("Geheim", subject="Ziek"), now=NOW)

    [line] = caplog.messages
    assert line.endswith("about booking:1: stored")
    assert not any(word in line for word in ("sevda", "Geheim", "Ziek", "@"))


def test_mail_that_was_handled_a_month_ago_is_deleted():
    for number, handled_at in enumerate([NOW - timedelta(days=31), NOW - timedelta(days=29), None]):
        IncomingMail.objects.create(
            digest=str(number), about="booking:1", kind="letter", sender=SEVDA, received_at=NOW, handled_at=handled_at
        )

    delete_old(now=NOW)

    assert rows("digest") == [("1",), ("2",)]
