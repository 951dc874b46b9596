"""Parser of inbound mail. Pure.

It reads as much of a broken mail as it can: missing headers are empty, unknown character sets are guessed. Mail that
Python's own parser cannot handle raises any exception; the caller expects that.
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
from outbox.inbound.plain_text import MAX_TEXT, decode_text, html_to_text, readable, shorten
from outbox.inbound.size_limit import MAX_DEPTH, MAX_PARTS, TrimmedMail
from outbox.reply_addresses import parse_reply_address

MAX_HEADER = 20_000
MAX_PARAMETERS = 2_000  # characters; Python's parser takes quadratic time for a long header with parameters
MAX_CALENDAR = 100_000  # characters; a usual reply has two thousand
MAX_SUBJECT = 300
MAX_ADDRESS = 254
REPLY_METHODS = {"REPLY", "COUNTER", "REFRESH"}  # methods that an attendee sends (RFC 5546, 1.4)
# Envelope recipient as servers and providers add it, then the recipients that the writer named.
_RECIPIENT_HEADERS = (
    *("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "X-RCPT-To"),
    *("Resent-To", "To", "Cc"),
)
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]{1,255}@[^\s<>,;:\"'()\[\]]{1,255}")
_IN_BRACKETS = re.compile(r"<\s*([^\s<>]+)\s*>")
_METHOD = re.compile(r"^METHOD(?:;[^:\r\n]*)?:[ \t]*([A-Z]+)", re.IGNORECASE | re.MULTILINE)
_BEGIN = re.compile(r"^BEGIN:VCALENDAR[ \t]*", re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(
    r"=\?[^\s?]{1,60}\?[bq]\?[^\s?]{0,1000}\?=(?:\s{1,8}=\?[^\s?]{1,60}\?[bq]\?[^\s?]{0,1000}\?=)*", re.IGNORECASE
)
_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
_CALENDARS = {"text/calendar", "application/ics", "text/x-vcalendar"}


@dataclass(frozen=True, kw_only=True)
class InboundMail:
    """Parsed mail."""

    digest: str  # SHA-256 of the bytes; names the mail in logs
    size: int
    is_cut: bool  # incomplete: too large, or with attachments
    about: str  # content of our reply address: "booking:12", "bounce:<key>"; "" without one
    sender: str  # mail address, or "" without a valid one
    subject: str
    text: str
    full_text: str  # with all that is quoted, cut at MAX_TEXT
    calendar: str  # iCalendar reply
    parsed: Message = field(repr=False, compare=False)

    def header(self, name: str) -> str:
        """First value of a header, on one line; "" when it is missing."""
        return next(_header_values(self.parsed, name), "")


class Part(Message):
    """Message or part whose content headers are cut at MAX_PARAMETERS, for Python's parser as well."""

    def get(self, name: str, failobj: Any = None) -> Any:
        value = super().get(name, failobj)
        is_long = name.lower().startswith("content-") and value is not failobj
        return str(value)[:MAX_PARAMETERS] if is_long else value


POLICY = policy.compat32.clone(message_factory=Part)


def parse_mail(trimmed: TrimmedMail, *, to: str = "") -> InboundMail:
    """Parse a trimmed mail. `to` is the envelope recipient, when it is known."""
    parsed = BytesParser(policy=POLICY).parsebytes(trimmed.content)
    parts = list(islice(_leaves(parsed), MAX_PARTS))
    full_text = _text_of(parts)
    text, is_long = shorten(full_text)
    calendar = _calendar_of(parts) or _calendar_of(list(islice(_forwarded_leaves(parts), MAX_PARTS)))
    rest = [part for part in parts if _is_attachment(part)]
    return InboundMail(
        digest=trimmed.digest,
        size=trimmed.size,
        is_cut=trimmed.is_cut or is_long or (bool(rest) and not calendar),
        about=_find_reply_address(parsed, to),
        sender=_sender_of(parsed),
        subject=next(_header_values(parsed, "Subject"), "")[:MAX_SUBJECT],
        text=text,
        full_text=full_text[:MAX_TEXT],
        calendar=calendar,
        parsed=parsed,
    )


def _find_reply_address(parsed: Message, to: str) -> str:
    """First valid reply address among the recipients, as what it is about."""
    values = [to, *(value for name in _RECIPIENT_HEADERS for value in _header_values(parsed, name))]
    found = (parse_reply_address(address) for value in values for address in _ADDRESS.findall(value))
    return next(filter(None, found), "")


def _sender_of(parsed: Message) -> str:
    for name in ("From", "Sender"):
        for value in _header_values(parsed, name, is_decoded=False):
            found: list[str] = _IN_BRACKETS.findall(value) or _ADDRESS.findall(value)
            address = found[-1] if found else ""
            if len(address) <= MAX_ADDRESS and _is_address(address):
                return address
    return ""


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def _header_values(parsed: Message, name: str, *, is_decoded: bool = True) -> Iterator[str]:
    for key, raw in parsed.raw_items():
        if key.lower() == name.lower():
            value = _decode_raw(str(raw)[:MAX_HEADER])
            yield one_line(_decode_words(value) if is_decoded else value)


def _decode_raw(value: str) -> str:
    """Header with the bytes that are not ASCII read as UTF-8, else as Windows-1252; Python keeps them as surrogates."""
    return value if value.isascii() else decode_text(value.encode("utf-8", "surrogateescape"), "")


def _decode_words(value: str) -> str:
    """Decode encoded words (RFC 2047), also beside text that should have been encoded."""
    return _decode_run(value) if value.isascii() else _ENCODED.sub(lambda found: _decode_run(found[0]), value)


def _decode_run(value: str) -> str:
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else decode_text(piece, charset or "") for piece, charset in pieces)


def _leaves(part: Message, depth: int = 0) -> Iterator[Message]:
    """Leaf parts; a forwarded message counts as one part."""
    if depth <= MAX_DEPTH and part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _leaves(inner, depth + 1)
    else:
        yield part


def _forwarded_leaves(parts: list[Message]) -> Iterator[Message]:
    """Leaf parts of forwarded messages: some programs send a reply as an attached message."""
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    yield from _leaves(inner)


def _text_of(parts: list[Message]) -> str:
    """First plain text that is not empty, else the first HTML."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if _shown_type(part) == kind and not _is_attachment(part):
                content = _content(part)
                text = readable(html_to_text(content) if kind == "text/html" else content)
                if text:
                    return text
    return ""


def _shown_type(part: Message) -> str:
    """Content type; a multipart without parts is shown as text."""
    return "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()


def _calendar_of(parts: list[Message]) -> str:
    """First iCalendar object that replies to an invite; invites and published events do not count."""
    for part in parts:
        name = _file_name(part).lower()
        if part.get_content_type() in _CALENDARS or name.endswith(".ics"):
            content = printable(_content(part))
            inside = _METHOD.search(content)
            method = (inside[1] if inside else content_type_parameter(part, "method")).upper()
            if method in REPLY_METHODS and len(content) <= MAX_CALENDAR:
                return content if inside else _BEGIN.sub(rf"\g<0>\nMETHOD:{method}", content, count=1)
    return ""


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):  # a forwarded message, or unexpected parts
        return ""
    return decode_text(content, content_type_parameter(part, "charset"))


def _is_attachment(part: Message) -> bool:
    if part.get_content_type() in _SIGNATURES:
        return False
    is_marked = "attachment" in str(part.get("Content-Disposition", "")).lower()
    return is_marked or part.get_content_maintype() not in ("text", "multipart")


def content_type_parameter(part: Message, name: str) -> str:
    """Parameter of the content type; "" when it is missing or in a form that Python cannot read (RFC 2231)."""
    try:
        return str(part.get_param(name, "") or "")
    except (LookupError, ValueError, TypeError):
        return ""


def _file_name(part: Message) -> str:
    try:
        return part.get_filename("")
    except (LookupError, ValueError, TypeError):
        return ""
