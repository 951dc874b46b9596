from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ValidationError
from django.core.mail.backends.smtp import EmailBackend
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.formatting import one_line
from outbox.email.mime import EmailContent, PreparedEmail, build
from tests.processes import HANG_SECONDS

SENT_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Gesprek met Zoë\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
LETTER = EmailContent(
    sender_name="Ziekenhuis Oostmeer",
    sender_email="spreekuur@oostmeer.example",
    reply_to="antwoord@oostmeer.example",
    recipient_name="Sara de Vries",
    recipient_email="sara@mail.example",
    subject="Je afspraak: dinsdag 24 november om 09.30 uur",
    text="Beste Sara,\n\nTot dinsdag. Groet, Zoë\n.\nFrom here\n",
    html='<!doctype html><html lang="nl"><p>Beste Sara,</p><p>Tot dinsdag. Groet, Zoë</p></html>\n',
    message_id="<outbox-12.3f2c9a40@spreekuur.oostmeer.example>",
    language="nl",
)
INVITE = replace(LETTER, calendar=CALENDAR, calendar_method="REQUEST")
LONG_LINK = f"<https://spreekuur.oostmeer.example/afmelden/{'x' * 120}>"
NAMES = [
    "Sara de Vries",
    "Zoë Yıldız",
    'Zoë "de Fiets", van den Wyngaert (stage); <x@y.example>',
    'Back\\slash "quote"',
    "Zoë, van den Wyngaert " * 9 + "!",
    "x" * 200,
    "Ï" * 200,
    "نور الدين",
    "👩‍🔬 Noor",
    "=?utf-8?q?Sara?=",
]


def read_back(letter):
    return message_from_bytes(build(letter, sent_at=SENT_AT).as_bytes(), policy=policy.default)


def mailbox_in(header):
    """As RFC 2047, 6.2 reads it; the newer parser of Python 3.11 leaves spaces between encoded words."""
    name, address = parseaddr(header)
    return str(make_header(decode_header(name))), address


def tree_of(part):
    if part.is_multipart():
        return [part.get_content_type(), *(tree_of(inner) for inner in part.iter_parts())]
    return part.get_content_type()


class MailServer(Controller):
    """Listen on a free port."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(handler):
    server = MailServer(handler, hostname="127.0.0.1", port=0)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


class Postbox:
    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 OK"


def test_a_mail_is_text_and_html():
    message = read_back(LETTER)

    assert tree_of(message) == ["multipart/alternative", "text/plain", "text/html"]
    assert message.get_body(["plain"]).get_content().replace("\r\n", "\n") == LETTER.text
    assert message.get_body(["html"]).get_content().replace("\r\n", "\n") == LETTER.html


def test_the_headers_have_the_values_of_the_content():
    message = read_back(replace(LETTER, headers=(("List-Unsubscribe", LONG_LINK),)))

    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "Ziekenhuis Oostmeer <spreekuur@oostmeer.example>",
        "To": "Sara de Vries <sara@mail.example>",
        "Reply-To": "antwoord@oostmeer.example",
        "Subject": LETTER.subject,
        "Date": "Tue, 24 Nov 2026 09:30:00 +0000",
        "Message-ID": LETTER.message_id,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": LONG_LINK,
        "MIME-Version": "1.0",
        "Content-Language": "nl",
    }


def test_a_long_link_in_a_header_stays_whole_on_the_wire():
    content = build(replace(LETTER, headers=(("List-Unsubscribe", LONG_LINK),)), sent_at=SENT_AT).as_bytes()

    assert f"\r\nList-Unsubscribe: {LONG_LINK}\r\n".encode() in content


def test_a_calendar_is_the_last_alternative_and_a_file():
    message = read_back(INVITE)

    assert tree_of(message) == [
        "multipart/mixed",
        ["multipart/alternative", "text/plain", "text/html", "text/calendar"],
        "application/ics",
    ]
    [attachment] = message.iter_attachments()
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content() == CALENDAR.encode()


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_method_is_the_same_inside_and_outside(method):
    content = CALENDAR.replace("REQUEST", method)

    part = list(read_back(replace(INVITE, calendar=content, calendar_method=method)).walk())[4]

    assert dict(part["Content-Type"].params) == {"method": method, "charset": "utf-8"}
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part.get_payload(decode=True) == content.encode()


def test_a_calendar_that_contradicts_its_method_is_refused():
    with pytest.raises(ValueError, match="METHOD:CANCEL"):
        build(replace(INVITE, calendar_method="CANCEL"), sent_at=SENT_AT)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_it_was_given(name):
    content = build(replace(LETTER, recipient_name=name, sender_name=name), sent_at=SENT_AT).as_bytes()

    message = message_from_bytes(content, policy=policy.compat32)
    assert mailbox_in(message["From"]) == (one_line(name), LETTER.sender_email)
    assert mailbox_in(message["To"]) == (one_line(name), LETTER.recipient_email)


@pytest.mark.parametrize("subject", [*NAMES, "Gesprek " * 60, "Een gesprek over je sollicitatie als coördinator " * 5])
def test_a_subject_arrives_as_it_was_given(subject):
    assert read_back(replace(LETTER, subject=subject))["Subject"] == one_line(subject)


@pytest.mark.parametrize("field", ["sender_name", "recipient_name", "subject"])
@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\r\n\r\n", "\n\t"])
def test_no_name_or_subject_adds_a_header(field, line_break):
    letter = replace(LETTER, **{field: f"Sara{line_break}Bcc: everyone@oostmeer.example{line_break}<script>"})

    message = read_back(letter)

    assert message.keys() == read_back(LETTER).keys()
    assert "Bcc: everyone@oostmeer.example <script>" in str(message["Subject"]) + str(message["From"]) + str(
        message["To"]
    )


@pytest.mark.parametrize("field", ["sender_email", "recipient_email", "reply_to"])
@pytest.mark.parametrize(
    "address",
    [
        "sara",
        "sara@mail.example\r\nBcc: x@y.example",
        "sara@mail.example, x@y.example",
        "<x@y.example>",
        "zoë@mail.example",
    ],
)
def test_an_invalid_address_is_refused(field, address):
    with pytest.raises(ValidationError):
        build(replace(LETTER, **{field: address}), sent_at=SENT_AT)


def test_a_host_with_an_accent_is_written_in_ascii():
    message = read_back(replace(LETTER, recipient_email="sara@zoë.example"))

    assert message["To"].addresses[0].addr_spec == "sara@xn--zo-ija.example"


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "<a@b.example>\r\nBcc: x@y.example"},
        {"message_id": "a@b.example"},
        {"headers": (("X-A: b\r\nBcc", "x@y.example"),)},
        {"language": "nl\r\nBcc: x@y.example"},
    ],
)
def test_our_own_headers_cannot_contain_a_line_break(change):
    with pytest.raises(ValueError):
        build(replace(LETTER, **change), sent_at=SENT_AT)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
@example("\ud800", "\n")
@example("é" * 300, "x " * 150)
def test_every_text_gives_short_ascii_lines_and_reads_back(name, words):
    letter = replace(INVITE, recipient_name=name, subject=words, text=words, html=words)

    content = build(letter, sent_at=SENT_AT).as_bytes()

    message = message_from_bytes(content, policy=policy.default)
    assert max(len(line) for line in content.decode("ascii").split("\r\n")) <= 78
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert " ".join(str(message["Subject"]).split()) == one_line(words)
    assert message["To"].addresses[0].addr_spec == LETTER.recipient_email
    assert message.keys() == read_back(INVITE).keys()


def test_smtp_backend_of_django_sends_the_message_unchanged():
    postbox = Postbox()
    email = PreparedEmail(replace(INVITE, recipient_name="Zoë, de Vries"), sent_at=SENT_AT)

    with mail_server(postbox) as port:
        sent = EmailBackend(host="127.0.0.1", port=port, timeout=HANG_SECONDS).send_messages([email])

    [envelope] = postbox.envelopes
    assert (sent, envelope.mail_from, envelope.rcpt_tos) == (1, LETTER.sender_email, [LETTER.recipient_email])
    assert envelope.content == email.built.as_bytes()


def test_as_bytes_accepts_the_arguments_of_newer_django():
    email = PreparedEmail(LETTER, sent_at=SENT_AT)

    assert email.message(policy=policy.SMTP).as_bytes(linesep="\r\n") == email.built.as_bytes()
