"""A letter as a mail message: RFC 5322 and 2047, with a calendar object as RFC 6047 asks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from django.core import mail
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.formatting import one_line, printable

LINE = 76  # characters of a header line, RFC 2047, 2
WORD = 60  # a longer one, such as a hostile name without spaces, is broken up by encoding it
ROOM_FOR = "Reply-To"  # the longest name of a header that shares its first line with words
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>", re.ASCII)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True)
class Letter:
    sender_name: str
    sender_email: str
    reply_to: str  # an address, or ""
    recipient_name: str
    recipient_email: str
    subject: str
    text: str
    html: str
    message_id: str  # with its < and >
    language: str
    calendar: str = ""  # the iCalendar object, or ""
    calendar_method: str = ""  # REQUEST or CANCEL, the same as inside the object
    headers: tuple[tuple[str, str], ...] = ()
    return_path: str = ""  # where the report goes that it could not be delivered; the sender, when empty


class AsWritten(EmailPolicy):
    """Headers leave as they were written here.

    Python's own folding takes long links apart (List-Unsubscribe becomes encoded words, which no mail
    program follows) and puts spaces into long names.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower().startswith("content-"):
            return super().header_store_parse(name, value)
        if re.search(r"[\r\n](?![ \t\n])", value):
            raise ValueError(f"a line break in {name}")
        return name, value


WIRE = AsWritten(linesep="\r\n", refold_source="none", cte_type="7bit")


class WireMessage(EmailMessage):
    def as_bytes(self, unixfrom: bool = False, policy: Any = None, **django: object) -> bytes:
        """The bytes for the wire; Django 5 asks for a `linesep`, which the policy has already."""
        return super().as_bytes(unixfrom, policy)


class PreparedEmail(mail.EmailMessage):
    """A letter that any mail backend of Django sends as it was built."""

    def __init__(self, letter: Letter, *, sent_at: datetime) -> None:
        sender = on_wire(letter.return_path or letter.sender_email)
        super().__init__(from_email=sender, to=[on_wire(letter.recipient_email)])
        self.built = build(letter, sent_at=sent_at)

    def message(self, *args: object, **kwargs: object) -> Any:
        return self.built


def build(letter: Letter, *, sent_at: datetime) -> WireMessage:
    """mixed[ alternative[ plain, html, calendar ], invite.ics ]; without a calendar only the alternative.

    Raises ValidationError for an address to which no mail can go.
    """
    message = WireMessage(policy=WIRE)
    for name, value in _headers(letter, sent_at):
        message[name] = value
    message.set_content(printable(letter.text), cte="quoted-printable")
    message.add_alternative(printable(letter.html), subtype="html", cte="quoted-printable")
    if letter.calendar:
        _add_calendar(message, letter)
    message["Content-Language"] = letter.language
    return message


def _headers(letter: Letter, sent_at: datetime) -> Iterator[tuple[str, str]]:
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise ValueError(f"not a message id: {letter.message_id}")
    yield "From", _mailbox(letter.sender_name, letter.sender_email)
    yield "To", _mailbox(letter.recipient_name, letter.recipient_email)
    if letter.reply_to:
        yield "Reply-To", _mailbox("", letter.reply_to)
    yield "Subject", _words(letter.subject)
    yield "Date", format_datetime(sent_at.astimezone(UTC))
    yield "Message-ID", letter.message_id
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: keeps out-of-office answers away
    for name, value in letter.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"not a header: {name}")
        yield name, one_line(value) if value.isascii() else _words(value)


def _add_calendar(message: WireMessage, letter: Letter) -> None:
    """In base64, so that no server on the way touches its lines, and last, so that it is the one preferred."""
    method = letter.calendar_method
    if f"\r\nMETHOD:{method}\r\n" not in letter.calendar:
        raise ValueError(f"the calendar object does not say METHOD:{method}")
    content = letter.calendar.encode()
    params = {"method": method, "charset": "utf-8"}
    message.add_alternative(content, maintype="text", subtype="calendar", cte="base64", params=params)
    message.add_attachment(content, maintype="application", subtype="ics", cte="base64", filename="invite.ics")


def on_wire(email: str) -> str:
    """The address in ASCII, as every server takes it. Raises ValidationError for one to which no mail can go."""
    validate_email(email)
    local, _, host = email.rpartition("@")
    try:
        return f"{local}@{host.encode('idna').decode()}".encode("ascii").decode()
    except UnicodeError as error:
        raise ValidationError("no mail can go to this address", code="invalid") from error


def _mailbox(name: str, email: str) -> str:
    address, name = on_wire(email), one_line(name)
    if not name:
        return address
    if _needs_encoding(name) or len(name) > WORD:
        return f"{_encoded(name)}\r\n <{address}>"
    quoted = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{quoted}" <{address}>'


def _words(text: str) -> str:
    text = one_line(text)
    return _encoded(text) if _needs_encoding(text) else _folded(Header(text, maxlinelen=LINE, header_name=ROOM_FOR))


def _needs_encoding(text: str) -> bool:
    return not text.isascii() or "=?" in text or any(len(word) > WORD for word in text.split())


def _encoded(text: str) -> str:
    """RFC 2047 words, each of whole characters."""
    return _folded(Header(text, "utf-8", maxlinelen=LINE, header_name=ROOM_FOR))


def _folded(header: Header) -> str:
    return header.encode(linesep="\r\n")
