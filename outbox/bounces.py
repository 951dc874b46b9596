"""Mail that came back: which letter it is about, and what becomes of that letter.

Found by the address that was on the envelope, which nobody else can make up; else by our Message-ID, which only the
letter itself carries. A report about anything else, also a forged one, changes nothing.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import getaddresses
from uuid import UUID

from outbox.dsn import Action, Report, is_about_the_address, read_report
from outbox.message_ids import key_in
from outbox.models import Message
from outbox.replies import BOUNCE, thing_of
from outbox.reports import record_undelivered

TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
Reason = Message.Reason
logger = logging.getLogger(__name__)


def note_bounce(mail: Mail | bytes, *, now: datetime, to: str = "") -> bool:
    """Record what a report says; `to` is the address it came to, if the headers do not say so.

    False when it is no report, or about no letter of ours. One that says "not yet" is only logged.
    """
    mail = message_from_bytes(mail) if isinstance(mail, bytes) else mail
    report = read_report(mail)
    message = _message(mail, report, to) if report else None
    if report is None or message is None:
        logger.info("a mail came back that says nothing of a letter of ours")
        return False
    if report.action is Action.FAILED:
        reason = Reason.BOUNCED if is_about_the_address(report.status) else Reason.REFUSED
        if record_undelivered(message=message, reason=reason, code=report.status, now=now):
            logger.warning("message %s (%s) came back: %s", message.pk, message.kind, report.status or "no code")
    else:
        logger.info("message %s (%s), a report: %s %s", message.pk, message.kind, report.action, report.status)
    return True


def _message(mail: Mail, report: Report, to: str) -> Message | None:
    keys = [*_keys_on_envelope(mail, to), *(key_in(text) for text in report.message_ids)]
    known = Message.objects.filter(channel=Message.Channel.MAIL, key__in=[key for key in keys if key])
    return min(known, key=lambda one: keys.index(one.key), default=None)


def _keys_on_envelope(mail: Mail, to: str) -> Iterator[UUID | None]:
    values = [str(value) for name in TO for value in mail.get_all(name, [])]
    for _name, address in getaddresses([to, *values]):
        yield _key_of(address)


def _key_of(address: str) -> UUID | None:
    kind, _colon, key = thing_of(address).partition(":")
    return UUID(key) if kind == BOUNCE and len(key) == 32 else None
