"""What becomes of a mail. Where automatic answers show themselves: RFC 3834, 5 (rfc-editor.org/rfc/rfc3834), for
Gmail, Exchange and others github.com/jpmckinney/multi_mail/wiki/Detecting-autoresponders; Exchange's headers:
MS-OXCMAIL 2.1.3.2.20 (learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail); Sieve's: RFC 5230, 5.8."""

import logging
from datetime import timedelta
from io import BytesIO

import pytest

from outbox.inbound.intake import MOST_A_DAY, Outcome, receive
from outbox.message_ids import message_id_of
from outbox.models import IncomingMail, Message
from outbox.reply_addresses import address_about, bounce_address
from spreekuur.cleanup import sweep
from tests.factories import NOW, make_message, make_policy
from tests.outbox.inbound.samples import INBOX, REPLY, SEVDA, calendar_mail, mail, parts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def rows(*names):
    return list(IncomingMail.objects.values_list(*names))


def test_words_are_kept_for_who_they_are_about():
    outcome = receive(mail("Ik kom wat later."), now=NOW)

    assert outcome == Outcome.KEPT
    assert rows("about", "kind", "sender", "subject", "text", "calendar", "is_cut", "received_at", "handled_at") == [
        ("booking:1", "letter", SEVDA, "Re: Je gesprek", "Ik kom wat later.", "", False, NOW, None)
    ]


@pytest.mark.parametrize("headers", [{}, {"auto_submitted": "auto-generated", "return_path": "<>"}])
def test_an_answer_of_a_calendar_is_kept_also_when_a_machine_sent_it(headers):
    outcome = receive(BytesIO(calendar_mail(**headers)), now=NOW)

    assert outcome == Outcome.KEPT
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
def test_what_a_machine_answers_goes_to_nobody(headers):
    assert (receive(mail("Ik ben er niet.", **headers), now=NOW), rows("pk")) == (Outcome.AUTOMATIC, [])


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "no"},
        {"x_auto_response_suppress": "DR, OOF, AutoReply"},  # Exchange also adds it to what people write
        {"subject": "Afwezig: mag het later?"},
        {"x_spam_flag": "YES"},  # our address proves that we wrote to them
    ],
)
def test_what_a_person_writes_is_kept(headers):
    assert receive(mail(**headers), now=NOW) == Outcome.KEPT


@pytest.mark.parametrize(
    "again",
    [{}, {"delivered_to": INBOX, "received": "from elsewhere", "x_spam_score": "1"}],  # the second by another way
)
def test_the_same_mail_twice_is_one(again):
    receive(mail(), now=NOW)

    assert (receive(mail(**again), now=NOW), len(rows("pk"))) == (Outcome.AGAIN, 1)


def test_two_mails_without_message_id_are_the_same_when_they_say_the_same():
    outcomes = [receive(mail(text, message_id=None), now=NOW) for text in ("Een", "Twee", "Een")]

    assert outcomes == [Outcome.KEPT, Outcome.KEPT, Outcome.AGAIN]


def test_our_own_mail_that_comes_back_is_a_loop(policy):
    sent = make_message()
    loops = [
        mail(message_id=message_id_of(sent.key)),
        mail(**{"from": policy.sender_email, "auto_submitted": "auto-generated"}),
        mail(**{"from": f"Oostmeer <{address_about('booking:9')}>"}),
        mail(to=INBOX, **{"from": INBOX.upper()}),
    ]

    assert [receive(loop, now=NOW) for loop in loops] == [Outcome.LOOP] * 4
    assert (rows("pk"), Message.objects.count()) == ([], 1)


@pytest.mark.parametrize(("to", "outcome"), [(None, Outcome.KEPT), (INBOX, Outcome.TO_HOUSE)])
def test_who_reads_the_address_that_signs_our_letters_may_write_by_hand(policy, to, outcome):
    assert receive(mail(to=to, **{"from": policy.sender_email}), now=NOW) == outcome


def test_nobody_gets_more_than_a_few_mails_a_day_about_one_thing():
    def bring(number, now=NOW):
        return receive(mail(message_id=f"<{number}@kandidaat.example>"), now=now)

    outcomes = [bring(number) for number in range(MOST_A_DAY + 1)]

    assert outcomes == [Outcome.KEPT] * MOST_A_DAY + [Outcome.TOO_MANY]
    assert receive(calendar_mail(), now=NOW) == Outcome.KEPT
    assert bring("morgen", now=NOW + timedelta(days=1, minutes=1)) == Outcome.KEPT


def test_mail_without_a_tag_goes_to_who_signs_our_letters(policy, settings):
    settings.DEMO = False

    outcome = receive(mail("Wie zijn jullie?", to=INBOX, subject="Vraag"), now=NOW)

    [letter] = Message.objects.all()
    assert outcome == Outcome.TO_HOUSE
    assert (letter.recipient, letter.reply_to) == (policy.sender_email, SEVDA)
    assert letter.subject == "Er kwam een mail binnen"
    assert "Wie zijn jullie?" in letter.text
    assert rows("about", "text", "outcome", "handled_at") == [("house", "", "forwarded", NOW)]
    assert receive(mail("Wie zijn jullie?", to=INBOX, subject="Vraag"), now=NOW) == Outcome.AGAIN


@pytest.mark.parametrize(
    ("headers", "sender_email", "outcome"),
    [
        ({"x_spam_flag": "YES"}, "loopbaan@oostmeer.example", Outcome.SPAM),
        ({}, "", Outcome.NOBODYS),
        ({}, INBOX, Outcome.NOBODYS),  # they read this mailbox themselves
        ({"from": None}, "loopbaan@oostmeer.example", Outcome.UNREADABLE),
        ({"auto_submitted": "auto-replied"}, "loopbaan@oostmeer.example", Outcome.AUTOMATIC),
    ],
)
def test_not_every_mail_without_a_tag_is_brought_further(headers, sender_email, outcome):
    make_policy(sender_email=sender_email)

    assert receive(mail(to=INBOX, **headers), now=NOW) == outcome
    assert (rows("pk"), Message.objects.count()) == ([], 0)


def test_a_forged_address_of_ours_says_nothing():
    forged = address_about("booking:1").replace("booking.1", "booking.2")

    assert receive(mail(to=forged), now=NOW) == Outcome.TO_HOUSE
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
def test_a_report_marks_the_letter_that_came_back(is_in_headers):
    letter = make_message(state="sent", sent_at=NOW, recipient=SEVDA)
    to = bounce_address(letter.key)

    assert receive(report(to if is_in_headers else "x@y.example"), now=NOW, to=to) == Outcome.REPORT
    letter.refresh_from_db()
    assert (letter.state, letter.reason) == ("failed", "bounced")


def test_a_report_about_a_letter_that_we_do_not_know_changes_nothing():
    assert receive(report(address_about("booking:1")), now=NOW) == Outcome.AUTOMATIC
    assert rows("pk") == []


def test_a_mail_that_the_parser_cannot_stand_is_said(caplog):
    nested = "Content-Type: message/rfc822\r\n\r\n" * 5000
    caplog.set_level(logging.INFO)

    outcome = receive(mail(nested, content_type="message/rfc822"), now=NOW)

    assert outcome == Outcome.UNREADABLE
    assert "RecursionError" in caplog.text


def test_logs_name_a_mail_by_its_digest_only(caplog):
    caplog.set_level(logging.INFO)

    receive(mail("Geheim", subject="Ziek"), now=NOW)

    [line] = caplog.messages
    assert line.endswith("about booking:1: kept")
    assert not any(word in line for word in ("sevda", "Geheim", "Ziek", "@"))


def test_what_was_handled_a_month_ago_is_forgotten():
    for number, handled_at in enumerate([NOW - timedelta(days=31), NOW - timedelta(days=29), None]):
        IncomingMail.objects.create(
            digest=str(number), about="booking:1", kind="letter", sender=SEVDA, received_at=NOW, handled_at=handled_at
        )

    sweep(now=NOW)

    assert rows("digest") == [("1",), ("2",)]
