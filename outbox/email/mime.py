"""MIME messages (RFC 5322 and 2047), with a calendar object as in RFC 6047. Pure."""

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
from core.mail_addresses import to_ascii_host

MAX_LINE = 76  # characters of a header line, RFC 2047, 2
MAX_WORD = 60  # a longer word, such as a hostile name without spaces, is encoded, which splits it
LONGEST_NAME = "Reply-To"  # longest name of a header whose first line holds encoded text
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>", re.ASCII)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True)
class EmailContent:
    """Everything that goes into one mail."""

    sender_name: str
    sender_email: str
    reply_to: str  # address, or ""
    recipient_name: str
    recipient_email: str
    subject: str
    text: str
    html: str
    message_id: str  # with < and >
    language: str
    calendar: str = ""  # the iCalendar object, or ""
    calendar_method: str = ""  # REQUEST or CANCEL, as in the object
    headers: tuple[tuple[str, str], ...] = ()
    return_path: str = ""  # envelope sender, to which bounces go; "": the sender


class VerbatimPolicy(EmailPolicy):
    """Policy that writes headers exactly as they were set.

    Python's own folding encodes long links (mail programs do not follow an encoded List-Unsubscribe) and puts spaces
    into long names.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower().startswith("content-"):
            return super().header_store_parse(name, value)
        if re.search(r"[\r\n](?![ \t\n])", value):
            raise ValueError(f"a line break in {name}")
        return name, value


WIRE_POLICY = VerbatimPolicy(linesep="\r\n", refold_source="none", cte_type="7bit")


class WireMessage(EmailMessage):
    def as_bytes(self, unixfrom: bool = False, policy: Any = None, **django: object) -> bytes:
        """Serialise with the policy of the message; Django passes a `linesep` as well, which the policy has already."""
        return super().as_bytes(unixfrom, policy)


class PreparedEmail(mail.EmailMessage):
    """Mail that any Django mail backend sends without changing its MIME message."""

    def __init__(self, content: EmailContent, *, sent_at: datetime) -> None:
        sender = to_ascii_address(content.return_path or content.sender_email)
        super().__init__(from_email=sender, to=[to_ascii_address(content.recipient_email)])
        self.built = build(content, sent_at=sent_at)

    def message(self, *args: object, **kwargs: object) -> Any:
        return self.built


def build(content: EmailContent, *, sent_at: datetime) -> WireMessage:
    """Build mixed[ alternative[ plain, html, calendar ], invite.ics ], or only the alternative without a calendar.

    Raises ValidationError for an invalid address.
    """
    message = WireMessage(policy=WIRE_POLICY)
    for name, value in _headers(content, sent_at):
        message[name] = value
    message.set_content(printable(content.text), cte="quoted-printable")
    message.add_alternative(printable(content.html), subtype="html", cte="quoted-printable")
    if content.calendar:
        _add_calendar(message, content)
    message["Content-Language"] = content.language
    return message


def _headers(content: EmailContent, sent_at: datetime) -> Iterator[tuple[str, str]]:
    if not _MESSAGE_ID.fullmatch(content.message_id):
        raise ValueError(f"not a message id: {content.message_id}")
    yield "From", _format_mailbox(content.sender_name, content.sender_email)
    yield "To", _format_mailbox(content.recipient_name, content.recipient_email)
    if content.reply_to:
        yield "Reply-To", _format_mailbox("", content.reply_to)
    yield "Subject", _encode_text(content.subject)
    yield "Date", format_datetime(sent_at.astimezone(UTC))
    yield "Message-ID", content.message_id
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: prevents out-of-office replies
    for name, value in content.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"not a header: {name}")
        yield name, one_line(value) if value.isascii() else _encode_text(value)


def _add_calendar(message: WireMessage, content: EmailContent) -> None:
    """Add it in base64, so that no server changes its lines, and as last alternative, which clients prefer."""
    method = content.calendar_method
    if f"\r\nMETHOD:{method}\r\n" not in content.calendar:
        raise ValueError(f"the calendar object does not say METHOD:{method}")
    calendar = content.calendar.encode()
    params = {"method": method, "charset": "utf-8"}
    message.add_alternative(calendar, maintype="text", subtype="calendar", cte="base64", params=params)
    message.add_attachment(calendar, maintype="application", subtype="ics", cte="base64", filename="invite.ics")


def to_ascii_address(email: str) -> str:
    """Address in ASCII (IDNA), which every server accepts. Raises ValidationError for an invalid address."""
    validate_email(email)
    local, _, host = email.rpartition("@")
    try:
        return f"{local}@{to_ascii_host(host)}".encode("ascii").decode()
    except UnicodeError as error:
        raise ValidationError("no mail can go to this address", code="invalid") from error


def _format_mailbox(name: str, email: str) -> str:
    address, name = to_ascii_address(email), one_line(name)
    if not name:
        return address
    if _needs_encoding(name) or len(name) > MAX_WORD:
        return f"{_encode_words(name)}\r\n <{address}>"
    quoted = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{quoted}" <{address}>'


def _encode_text(text: str) -> str:
    text = one_line(text)
    return (
        _encode_words(text)
        if _needs_encoding(text)
        else _fold(Header(text, maxlinelen=MAX_LINE, header_name=LONGEST_NAME))
    )


def _needs_encoding(text: str) -> bool:
    return not text.isascii() or "=?" in text or any(len(word) > MAX_WORD for word in text.split())


def _encode_words(text: str) -> str:
    """Encoded words (RFC 2047), each of whole characters."""
    return _fold(Header(text, "utf-8", maxlinelen=MAX_LINE, header_name=LONGEST_NAME))


def _fold(header: Header) -> str:
    return header.encode(linesep="\r\n")
