"""Parser of delivery status notifications (RFC 3464, in multipart/report of RFC 6522) and complaints (RFC 5965). Pure.

Status codes are those of RFC 3463. Some servers report in plain text only: qmail (cr.yp.to/proto/qsbmf.txt), Exim
before 4.87 (deliver.c), and Exchange behind gateways that keep only its HTML. flufl.bounce knows the texts of many
more, and the recipients in them; the cause and its code are read here. Outlook.com's complaints (JMRP) and those of
Amazon SES (JSON) have a form of their own.
"""

import json
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

from flufl.bounce import all_failures

MAX_PARTS = 50
_RECIPIENT_FIELDS = ("Original-Recipient", "Final-Recipient")
MAX_CHARACTERS = 100_000
MAX_WORDS = 5_000  # characters of the words of a server in which addresses are looked for
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_MESSAGE_ID = re.compile(r"^[ \t]*Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(r"<[a-z/!][^<>]*>", re.IGNORECASE)
_RETURNED_CONTENT = re.compile(r"^(?:-|Original message headers)", re.MULTILINE)  # our own message follows
_DELAYED_TEXT = re.compile(
    r"warning message only|do not need to resend|will (continue|keep) (to be )?(try|retr)"
    r"|delivery (is|has been) delayed|has not yet been delivered",
    re.IGNORECASE,
)
_FAILED_TEXT = re.compile(
    r"\AHi\. This is the"  # QSBMF, 2
    r"|This is a permanent error|could(n't| not) be delivered|delivery has failed to these recipients"
    r"|did not reach the following recipient|giving up on|I've given up"
    r"|error delivering your mail|unable to deliver your message|error has occurred while attempting to deliver"
    r"|niet (kunnen )?(worden )?(bezorgd|afgeleverd)|onbestelbaar"
    r"|nicht zugestellt|unzustellbar|pas pu être (remis|délivré)",
    re.IGNORECASE,
)
_MICROSOFT_COMPLAINT = "X-HmXmrOriginalRecipient"
_SES_COMPLAINT = "complainedRecipients"
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,255}")
_SERVER_ADDRESS = re.compile(r"(mailer-daemon|postmaster|microsoftexchange[0-9a-f]{32})@", re.IGNORECASE)


class Action(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"  # a server is still trying
    COMPLAINED = "complained"
    OTHER = "other"  # delivered, relayed, expanded


@dataclass(frozen=True)
class DeliveryReport:
    """Content of one report; of several recipients, the worst."""

    action: Action
    status: str  # enhanced status code such as "5.1.1", or ""
    message_ids: tuple[str, ...]  # of the reported message, from every place that names it
    recipients: tuple[str, ...] = ()  # of the reported message, as far as the report names them
    happened_at: datetime | None = None  # arrival at the reporting server, else the date of the report
    diagnostic: str = field(default="", repr=False, compare=False)  # text of the server that refused, if given


def find_status_code(text: str) -> str:
    """First enhanced status code (RFC 3463) in a text, such as "5.1.1"; "" without one."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def parse_report(mail: Mail) -> DeliveryReport | None:
    """Parse a report; None for any other mail, such as an answer by a person or an out-of-office reply."""
    parts = list(islice(_leaf_parts(mail), MAX_PARTS))
    ids = tuple(dict.fromkeys(_message_ids(mail, parts)))
    if any("not-spam" not in value for value in _field_values(parts, "message/feedback-report", "Feedback-Type")):
        return DeliveryReport(Action.COMPLAINED, "", ids)
    if complainers := tuple(_complainers(parts)):
        return DeliveryReport(Action.COMPLAINED, "", ids, recipients=complainers)
    fields = list(_fields(parts, "message/delivery-status"))
    text = "\n".join(_text(part) for part in parts)
    report = _report_from_fields(fields, text, ids) or _report_from_text(mail, text, ids)
    report = report or _report_by_library(mail, text, ids)
    if report is None:
        return None
    recipients = _recipients(mail, fields) or _recipients_by_library(mail) or _recipients_in(text)
    return replace(report, recipients=recipients, happened_at=_arrival_time(mail, fields))


def _complainers(parts: list[Mail]) -> Iterator[str]:
    """Recipients who complained, in the forms of Outlook.com and of Amazon SES."""
    for part in parts:
        if _content_type(part) == "message/rfc822":
            yield from (str(one[_MICROSOFT_COMPLAINT]).strip() for one in _subparts(part) if one[_MICROSOFT_COMPLAINT])
        elif _SES_COMPLAINT in (text := _text(part, any_type=_content_type(part) == "application/json")):
            yield from _complainers_in_json(text)


def _complainers_in_json(text: str) -> Iterator[str]:
    try:
        content = json.loads(text)
        if isinstance(content.get("Message"), str):  # wrapped by Amazon SNS
            content = json.loads(content["Message"])
        recipients = content["complaint"][_SES_COMPLAINT]
        yield from (str(one["emailAddress"]) for one in recipients[:MAX_PARTS])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return


def _report_by_library(mail: Mail, text: str, ids: tuple[str, ...]) -> DeliveryReport | None:
    """Report of a server that only flufl.bounce knows."""
    if not _is_from_mail_server(mail):
        return None
    temporary, permanent = all_failures(mail)
    if not temporary and not permanent:
        return None
    action, words = Action.FAILED if permanent else Action.DELAYED, _own_words(text)
    return DeliveryReport(action, find_status_code(words), ids, diagnostic=words)


def _recipients_by_library(mail: Mail) -> tuple[str, ...]:
    found = sorted(address for addresses in all_failures(mail) for address in addresses)[:MAX_PARTS]
    return tuple(address.decode("utf-8", "replace") for address in found)


def _recipients_in(text: str) -> tuple[str, ...]:
    """Addresses in the words of a server; ours is among them, or they are about somebody else."""
    return tuple(dict.fromkeys(_ADDRESS.findall(_own_words(text)[:MAX_WORDS])))[:MAX_PARTS]


def _own_words(text: str) -> str:
    """Text of the server, without the returned message below it."""
    return _RETURNED_CONTENT.split(text[:MAX_CHARACTERS].strip(), maxsplit=1)[0]


def _fields(parts: list[Mail], of_type: str) -> Iterator[Mail]:
    for part in parts:
        if _content_type(part) == of_type:
            yield from _subparts(part)


def _field_values(parts: list[Mail], of_type: str, name: str) -> Iterator[str]:
    return (str(block[name]).lower() for block in _fields(parts, of_type) if block.get(name))


def _report_from_fields(fields: list[Mail], text: str, ids: tuple[str, ...]) -> DeliveryReport | None:
    """A message of ours has one recipient; a mailing list behind it may report on several: the worst counts.

    Where the fields say nothing about the cause, the words beside them do.
    """
    blocks = [block for block in fields if block.get("Action")]
    if not blocks:
        return None
    block = min(blocks, key=lambda one: list(Action).index(_action(one)))
    status, diagnostic = _status_code(block), _diagnostic(block)
    if not diagnostic and (not status or status.endswith(".0.0")):
        diagnostic = " ".join(_own_words(text)[:MAX_WORDS].split())
        status = find_status_code(diagnostic) or status
    return DeliveryReport(_action(block), status, ids, diagnostic=diagnostic)


def _diagnostic(block: Mail) -> str:
    """Reply of the refusing server on one line: a folded one says the same."""
    return " ".join(str(block.get("Diagnostic-Code", "")).split())


def _recipients(mail: Mail, fields: list[Mail]) -> tuple[str, ...]:
    """Original and final recipients: a mailbox may forward (RFC 3464, 2.3.1 and 2.3.2)."""
    values = (str(block.get(name, "")).rpartition(";")[2] for block in fields for name in _RECIPIENT_FIELDS)
    names = [*values, *str(mail.get("X-Failed-Recipients", "")).split(",")]
    return tuple(dict.fromkeys(name.strip(" \t\r\n<>") for name in names if "@" in name))[:MAX_PARTS]


def _arrival_time(mail: Mail, fields: list[Mail]) -> datetime | None:
    values = [*(str(block.get("Arrival-Date", "")) for block in fields), str(mail.get("Date", ""))]
    return next((found for value in values if (found := _parse_date(value))), None)


def _parse_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _action(block: Mail) -> Action:
    word = str(block["Action"]).split("(")[0].strip().lower()  # a comment may follow: RFC 3464, 2.1.1
    return Action(word) if word in (Action.FAILED, Action.DELAYED) else Action.OTHER


def _status_code(block: Mail) -> str:
    """Status field; when it says nothing (5.0.0), the code in the answer of the refusing server."""
    status = find_status_code(str(block.get("Status", "")))
    if status and not status.endswith(".0.0"):
        return status
    return find_status_code(_diagnostic(block)) or status


def _report_from_text(mail: Mail, text: str, ids: tuple[str, ...]) -> DeliveryReport | None:
    report = _own_words(text)
    status = find_status_code(report)
    if _DELAYED_TEXT.search(report):
        return DeliveryReport(Action.DELAYED, status, ids, diagnostic=report)
    if mail.get("X-Failed-Recipients") or (_FAILED_TEXT.search(report) and _is_from_mail_server(mail)):
        return DeliveryReport(Action.FAILED, status, ids, diagnostic=report)
    return None


def _is_from_mail_server(mail: Mail) -> bool:
    """True when a mail server sent it: an out-of-office reply may contain "giving up on" as well.

    A report has an empty envelope sender (RFC 5321, 4.5.5), but so has an automatic reply (RFC 3834, 3.3), which is
    marked as "auto-replied".
    """
    if _SERVER_ADDRESS.match(parseaddr(str(mail.get("From", "")))[1]):
        return True
    is_answer = str(mail.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied")
    return str(mail.get("Return-Path", "")).replace(" ", "") == "<>" and not is_answer


def _message_ids(mail: Mail, parts: list[Mail]) -> Iterator[str]:
    for part in parts:
        if _content_type(part) == "message/rfc822":
            yield from (str(original.get("Message-ID", "")).strip() for original in _subparts(part))
        elif _content_type(part) in ("text/rfc822-headers", "message/rfc822-headers"):
            yield str(HeaderParser().parsestr(_text(part, any_type=True)).get("Message-ID", "")).strip()
        else:
            yield from _MESSAGE_ID.findall(_text(part))
    yield from re.findall(r"<[^<>\s]+>", f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}")[:20]


def _leaf_parts(mail: Mail) -> Iterator[Mail]:
    """Leaf parts in their order; a returned message stays one part."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(_subparts(part))
        else:
            yield part


def _subparts(part: Mail) -> list[Mail]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Mail)] if isinstance(payload, list) else []


def _content_type(part: Mail) -> str:
    return str(part.get_content_type())


def _text(part: Mail, *, any_type: bool = False) -> str:
    if part.get_content_maintype() != "text" and not any_type:
        return ""
    content = part.get_payload(decode=True)
    text = content[:MAX_CHARACTERS].decode("utf-8", "replace") if isinstance(content, bytes) else ""
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", text))
    return text.replace("\r\n", "\n")
