"""A mail that came in, as values. Pure.

Whatever is wrong with it, as much is read as can be read: headers that are not there are empty, words in a strange
character set are guessed. Only what Python's parser itself cannot stand raises, in any way; the caller expects that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.formatting import one_line, printable
from outbox.inbound.plain_text import decoded, for_reader, words_of_html
from outbox.inbound.size_limit import DEEPEST, MOST_PARTS, Trimmed
from outbox.reply_addresses import thing_of

LONGEST_HEADER = 20_000
LONGEST_PARAMETERS = 2_000  # characters of a header with parameters; Python looks at a long one again for every ";"
LONGEST_CALENDAR = 100_000  # characters; an answer of a calendar program has two thousand
LONGEST_SUBJECT = 300
LONGEST_ADDRESS = 254
ANSWERS = {"REPLY", "COUNTER", "REFRESH"}  # what is asked of an organiser (RFC 5546, 1.4)
# Where a mail server or provider writes to whom a mail really came, then what its writer wrote.
_RECEIVERS = (
    *("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "X-RCPT-To"),
    *("Resent-To", "To", "Cc"),
)
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]{1,255}@[^\s<>,;:\"'()\[\]]{1,255}")
_IN_BRACKETS = re.compile(r"<\s*([^\s<>]+)\s*>")
_METHOD = re.compile(r"^METHOD(?:;[^:\r\n]*)?:[ \t]*([A-Z]+)", re.IGNORECASE | re.MULTILINE)
_BEGIN = re.compile(r"^BEGIN:VCALENDAR[ \t]*", re.IGNORECASE | re.MULTILINE)
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_CALENDARS = {"text/calendar", "application/ics", "text/x-vcalendar"}


@dataclass(frozen=True, kw_only=True)
class Mail:
    digest: str  # of the bytes; names it in logs
    size: int
    is_cut: bool  # not all of it is here: it was too large, or has attachments
    about: str  # what our address in it says: "booking:12", "bounce:<key>"; "" when it has none
    sender: str  # mail address, "" when there is none that can be answered
    subject: str
    text: str
    calendar: str  # an answer of a calendar program
    parsed: Message = field(repr=False, compare=False)

    def header(self, name: str) -> str:
        """Its first value on one line; "" when it is not there."""
        return next(_values(self.parsed, name), "")


class Part(Message):
    """A mail or a part of one, of which the parser too reads no more parameters than anybody writes."""

    def get(self, name: str, failobj: Any = None) -> Any:
        value = super().get(name, failobj)
        is_long = name.lower().startswith("content-") and value is not failobj
        return str(value)[:LONGEST_PARAMETERS] if is_long else value


POLICY = policy.compat32.clone(message_factory=Part)


def read(trimmed: Trimmed, *, to: str = "") -> Mail:
    """`to` is to whom the mail came, when whoever brought it knows."""
    parsed = BytesParser(policy=POLICY).parsebytes(trimmed.content)
    parts = list(islice(_leaves(parsed), MOST_PARTS))
    text, is_long = _text_of(parts)
    calendar = _calendar_of(parts)
    rest = [part for part in parts if _is_attachment(part)]
    return Mail(
        digest=trimmed.digest,
        size=trimmed.size,
        is_cut=trimmed.is_cut or is_long or (bool(rest) and not calendar),
        about=_about(parsed, to),
        sender=_sender_of(parsed),
        subject=next(_values(parsed, "Subject"), "")[:LONGEST_SUBJECT],
        text=text,
        calendar=calendar,
        parsed=parsed,
    )


def _about(parsed: Message, to: str) -> str:
    """The first address of ours that proves itself."""
    values = [to, *(value for name in _RECEIVERS for value in _values(parsed, name))]
    found = (thing_of(address) for value in values for address in _ADDRESS.findall(value))
    return next(filter(None, found), "")


def _sender_of(parsed: Message) -> str:
    for name in ("From", "Sender"):
        for value in _values(parsed, name, is_decoded=False):
            found: list[str] = _IN_BRACKETS.findall(value) or _ADDRESS.findall(value)
            address = found[-1] if found else ""
            if len(address) <= LONGEST_ADDRESS and _is_address(address):
                return address
    return ""


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _values(parsed: Message, name: str, *, is_decoded: bool = True) -> Iterator[str]:
    for raw in parsed.get_all(name, []):
        value = str(raw)[:LONGEST_HEADER]  # 8-bit bytes come as a Header
        yield one_line(_plain(value) if is_decoded else value)


def _plain(value: str) -> str:
    """Encoded words (RFC 2047) as what they say."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset or "") for piece, charset in pieces)


def _leaves(part: Message, depth: int = 0) -> Iterator[Message]:
    """Parts that have no parts; of a mail within a mail only that it is there."""
    if depth <= DEEPEST and part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _leaves(inner, depth + 1)
    else:
        yield part


def _text_of(parts: list[Message]) -> tuple[str, bool]:
    """The first plain text that says something, else the first HTML."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if _kind_of(part) == kind and not _is_attachment(part):
                words = _content(part)
                text, is_long = for_reader(words_of_html(words) if kind == "text/html" else words)
                if text:
                    return text, is_long
    return "", False


def _kind_of(part: Message) -> str:
    """A part that should have parts and has none is shown as it is."""
    return "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()


def _calendar_of(parts: list[Message]) -> str:
    """The first calendar object that answers an invite; one that invites, or is only shown, is none."""
    for part in parts:
        name = _file_name(part).lower()
        if part.get_content_type() in _CALENDARS or name.endswith(".ics"):
            words = printable(_content(part))
            method = _METHOD.search(words)
            said = method[1] if method else parameter(part, "method")
            if said.upper() in ANSWERS and len(words) <= LONGEST_CALENDAR:
                return words if method else _BEGIN.sub(rf"\g<0>\nMETHOD:{said.upper()}", words, count=1)
    return ""


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):  # a mail within a mail, or parts where none should be
        return ""
    return decoded(content, parameter(part, "charset"))


def _is_attachment(part: Message) -> bool:
    if part.get_content_type() in _SIGNATURES:
        return False
    is_said = "attachment" in str(part.get("Content-Disposition", "")).lower()
    return is_said or part.get_content_maintype() not in ("text", "multipart")


def parameter(part: Message, name: str) -> str:
    """Of its content type; "" when it has none, or says it in a way that Python does not know (RFC 2231)."""
    try:
        return str(part.get_param(name, "") or "")
    except (LookupError, ValueError, TypeError):
        return ""


def _file_name(part: Message) -> str:
    try:
        return part.get_filename("")
    except (LookupError, ValueError, TypeError):
        return ""
