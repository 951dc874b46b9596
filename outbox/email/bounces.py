"""Bounces: find the message that a delivery report is about and record the failure.

The message is found by the bounce address of the envelope, which is signed, or else by our Message-ID, which only the
message itself carries. A report about anything else, also a forged one, changes nothing.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import getaddresses
from uuid import UUID

from core.formatting import one_line
from core.masking import mask_contacts
from outbox.delivery_status import is_about_last_attempt, record_undelivered
from outbox.email.dsn import Action, DeliveryReport, parse_report
from outbox.email.smtp_codes import BounceCause, classify_bounce
from outbox.message_ids import parse_message_id
from outbox.models import Message
from outbox.reply_addresses import BOUNCE, parse_reply_address

MAX_UNCLEAR = 1000
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
Reason = Message.Reason
REASONS = {
    BounceCause.ADDRESS: Reason.BOUNCED,
    BounceCause.SETTINGS: Reason.SETTINGS,
    BounceCause.OTHER: Reason.REFUSED,
}
logger = logging.getLogger(__name__)


def record_bounce(mail: Mail | bytes, *, now: datetime, about: str = "") -> bool:
    """Record a delivery report and return True; False when it is no report or not about a message of ours.

    `about` is the content of the bounce address that received it ("bounce:<key>"), if the headers do not say it. A
    report of a delay is only logged.
    """
    mail = message_from_bytes(mail) if isinstance(mail, bytes) else mail
    report = parse_report(mail)
    message = _find_message(mail, report, about) if report else None
    if report is None or message is None:
        logger.info("a mail came back that is no report about a message of ours")
        return False
    if not is_about_last_attempt(message, recipients=report.recipients, happened_at=report.happened_at):
        logger.info("message %s (%s), a report of an earlier sending", message.pk, message.kind)
    elif reason := _reason_for(report):
        if record_undelivered(message=message, reason=reason, code=report.status, now=now):
            logger.warning("message %s (%s) came back: %s", message.pk, message.kind, report.status or "no code")
    else:
        logger.info("message %s (%s), a report: %s %s", message.pk, message.kind, report.action, report.status)
    return True


def record_unclear_report(mail: Mail, *, about: str, subject: str, text: str, now: datetime) -> bool:
    """Keep a mail to a bounce address that is no report we can read, for application managers; False without one.

    An automatic reply of a person is none. Of the text the start is kept, without addresses and numbers.
    """
    key = _parse_bounce_key(about)
    is_reply = str(mail.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied")
    if key is None or (is_reply and mail.get_content_type() != "multipart/report"):
        return False
    kept = mask_contacts(one_line(f"{subject}: {text}"))[:MAX_UNCLEAR]
    values = {"unclear_report_at": now, "unclear_report": kept}
    if not Message.objects.filter(transport=Message.Transport.MAIL, key=key).update(**values):
        return False
    logger.warning("a report about message %s cannot be read", key)
    return True


def _reason_for(report: DeliveryReport) -> Message.Reason | None:
    if report.action == Action.FAILED:
        return REASONS[classify_bounce(report.status, report.diagnostic)]
    return Reason.COMPLAINED if report.action == Action.COMPLAINED else None


def _find_message(mail: Mail, report: DeliveryReport, about: str) -> Message | None:
    keys = [*_envelope_keys(mail, about), *(parse_message_id(text) for text in report.message_ids)]
    known = Message.objects.filter(transport=Message.Transport.MAIL, key__in=[key for key in keys if key])
    return min(known, key=lambda one: keys.index(one.key), default=None)


def _envelope_keys(mail: Mail, about: str) -> Iterator[UUID | None]:
    yield _parse_bounce_key(about)
    values = [str(value) for name in RECIPIENT_HEADERS for value in mail.get_all(name, [])]
    for _name, address in getaddresses(values):
        yield _parse_bounce_key(parse_reply_address(address))


def _parse_bounce_key(thing: str) -> UUID | None:
    kind, _colon, key = thing.partition(":")
    return UUID(key) if kind == BOUNCE and len(key) == 32 else None
