"""What a report says of a letter that could not be delivered, or not yet, or that is complained of (RFC 5965). Pure.

RFC 3464 is the format (within multipart/report, RFC 6522), RFC 3463 its status codes. Some servers write words only:
qmail (cr.yp.to/proto/qsbmf.txt), Exim before 4.87 (deliver.c), and Exchange, whose gateways may leave its HTML alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message as Mail
from email.parser import HeaderParser
from email.utils import parseaddr, parsedate_to_datetime
from enum import StrEnum
from html import unescape
from itertools import islice

MOST_PARTS = 50
_FOR = ("Original-Recipient", "Final-Recipient")
MOST_CHARACTERS = 100_000
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_MESSAGE_ID = re.compile(r"^[ \t]*Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(r"<[a-z/!][^<>]*>", re.IGNORECASE)
_RETURNED = re.compile(r"^(?:-|Original message headers)", re.MULTILINE)  # from here on our own words come back
_NOT_YET = re.compile(
    r"warning message only|do not need to resend|will (continue|keep) (to be )?(try|retr)"
    r"|delivery (is|has been) delayed|has not yet been delivered",
    re.IGNORECASE,
)
_NOT_AT_ALL = re.compile(
    r"\AHi\. This is the"  # QSBMF, 2
    r"|This is a permanent error|could(n't| not) be delivered|delivery has failed to these recipients"
    r"|did not reach the following recipient|giving up on|I've given up",
    re.IGNORECASE,
)
_SERVER = re.compile(r"(mailer-daemon|postmaster|microsoftexchange[0-9a-f]{32})@", re.IGNORECASE)


class Action(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"  # somebody is still trying
    COMPLAINED = "complained"
    OTHER = "other"  # delivered, relayed, expanded


@dataclass(frozen=True)
class Report:
    action: Action
    status: str  # "5.1.1", or "" when it says none
    message_ids: tuple[str, ...]  # of the letter it is about, wherever it says so
    recipients: tuple[str, ...] = ()  # whom it was for, as far as it says so
    happened_at: datetime | None = None  # when the letter came to the server that reports, else when it wrote this
    words: str = field(default="", repr=False, compare=False)  # of the server that refused, as far as they are there


def status_in(text: str) -> str:
    """The first code of RFC 3463 in it, "5.1.1"; "" without one."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def read_report(mail: Mail) -> Report | None:
    """None for a mail that is no report, such as an answer by a person or by a machine that is out of office."""
    parts = list(islice(_parts(mail), MOST_PARTS))
    ids = tuple(dict.fromkeys(_message_ids(mail, parts)))
    if any("not-spam" not in said for said in _said(parts, "message/feedback-report", "Feedback-Type")):
        return Report(Action.COMPLAINED, "", ids)
    fields = list(_fields(parts, "message/delivery-status"))
    report = _of_fields(fields, ids) or _of_words(mail, "\n".join(_text(part) for part in parts), ids)
    return report and replace(report, recipients=_recipients(mail, fields), happened_at=_moment(mail, fields))


def _fields(parts: list[Mail], of_type: str) -> Iterator[Mail]:
    for part in parts:
        if _type(part) == of_type:
            yield from _blocks(part)


def _said(parts: list[Mail], of_type: str, name: str) -> Iterator[str]:
    return (str(block[name]).lower() for block in _fields(parts, of_type) if block.get(name))


def _of_fields(fields: list[Mail], ids: tuple[str, ...]) -> Report | None:
    """Our letters have one reader; a list behind that address may give more, and then the worst counts."""
    blocks = [block for block in fields if block.get("Action")]
    if not blocks:
        return None
    block = min(blocks, key=lambda one: list(Action).index(_action(one)))
    return Report(_action(block), _status_of(block), ids, words=str(block.get("Diagnostic-Code", "")))


def _recipients(mail: Mail, fields: list[Mail]) -> tuple[str, ...]:
    """Also the address to which a mailbox forwards (RFC 3464, 2.3.1 and 2.3.2)."""
    said = (str(block.get(name, "")).rpartition(";")[2] for block in fields for name in _FOR)
    names = [*said, *str(mail.get("X-Failed-Recipients", "")).split(",")]
    return tuple(dict.fromkeys(name.strip(" \t\r\n<>") for name in names if "@" in name))[:MOST_PARTS]


def _moment(mail: Mail, fields: list[Mail]) -> datetime | None:
    values = [*(str(block.get("Arrival-Date", "")) for block in fields), str(mail.get("Date", ""))]
    return next((moment for value in values if (moment := _parsed(value))), None)


def _parsed(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _action(block: Mail) -> Action:
    word = str(block["Action"]).split("(")[0].strip().lower()  # a comment may follow: RFC 3464, 2.1.1
    return Action(word) if word in (Action.FAILED, Action.DELAYED) else Action.OTHER


def _status_of(block: Mail) -> str:
    """What the other server answered is closer than what the reporting one made of it (5.0.0)."""
    status = status_in(str(block.get("Status", "")))
    if status and not status.endswith(".0.0"):
        return status
    return status_in(str(block.get("Diagnostic-Code", ""))) or status


def _of_words(mail: Mail, text: str, ids: tuple[str, ...]) -> Report | None:
    report = _RETURNED.split(text[:MOST_CHARACTERS].strip(), maxsplit=1)[0]
    status = status_in(report)
    if _NOT_YET.search(report):
        return Report(Action.DELAYED, status, ids, words=report)
    if mail.get("X-Failed-Recipients") or (_NOT_AT_ALL.search(report) and _is_of_a_server(mail)):
        return Report(Action.FAILED, status, ids, words=report)
    return None


def _is_of_a_server(mail: Mail) -> bool:
    """Words alone prove nothing: who is out of office may write "giving up on". A report has no sender on its envelope
    (RFC 5321, 4.5.5), but neither has such an answer (RFC 3834, 3.3), which says that it is "auto-replied".
    """
    if _SERVER.match(parseaddr(str(mail.get("From", "")))[1]):
        return True
    is_answer = str(mail.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied")
    return str(mail.get("Return-Path", "")).replace(" ", "") == "<>" and not is_answer


def _message_ids(mail: Mail, parts: list[Mail]) -> Iterator[str]:
    for part in parts:
        if _type(part) == "message/rfc822":
            yield from (str(original.get("Message-ID", "")).strip() for original in _blocks(part))
        elif _type(part) in ("text/rfc822-headers", "message/rfc822-headers"):
            yield str(HeaderParser().parsestr(_text(part, any_type=True)).get("Message-ID", "")).strip()
        else:
            yield from _MESSAGE_ID.findall(_text(part))
    yield from re.findall(r"<[^<>\s]+>", f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}")[:20]


def _parts(mail: Mail) -> Iterator[Mail]:
    """Leaves in their order; what is returned to us stays one part."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(_blocks(part))
        else:
            yield part


def _blocks(part: Mail) -> list[Mail]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Mail)] if isinstance(payload, list) else []


def _type(part: Mail) -> str:
    return str(part.get_content_type())


def _text(part: Mail, *, any_type: bool = False) -> str:
    if part.get_content_maintype() != "text" and not any_type:
        return ""
    content = part.get_payload(decode=True)
    text = content[:MOST_CHARACTERS].decode("utf-8", "replace") if isinstance(content, bytes) else ""
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", text))
    return text.replace("\r\n", "\n")
