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

from outbox.delivery_status import is_of_this_sending, record_undelivered
from outbox.email.dsn import Action, Report, read_report
from outbox.email.smtp_codes import Blame, blame_of_report
from outbox.message_ids import key_in
from outbox.models import Message
from outbox.reply_addresses import BOUNCE, thing_of

TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
Reason = Message.Reason
REASONS = {Blame.ADDRESS: Reason.BOUNCED, Blame.SETTINGS: Reason.SETTINGS, Blame.OTHER: Reason.REFUSED}
logger = logging.getLogger(__name__)


def note_bounce(mail: Mail | bytes, *, now: datetime, about: str = "") -> bool:
    """Record what a report says; `about` is what the address it came to says, if the headers do not: "bounce:<key>".

    False when it is no report, or about no letter of ours. One that says "not yet" is only logged.
    """
    mail = message_from_bytes(mail) if isinstance(mail, bytes) else mail
    report = read_report(mail)
    message = _message(mail, report, about) if report else None
    if report is None or message is None:
        logger.info("a mail came back that says nothing of a letter of ours")
        return False
    if not is_of_this_sending(message, recipients=report.recipients, happened_at=report.happened_at):
        logger.info("message %s (%s), a report of an earlier sending", message.pk, message.kind)
    elif reason := _reason(report):
        if record_undelivered(message=message, reason=reason, code=report.status, now=now):
            logger.warning("message %s (%s) came back: %s", message.pk, message.kind, report.status or "no code")
    else:
        logger.info("message %s (%s), a report: %s %s", message.pk, message.kind, report.action, report.status)
    return True


def _reason(report: Report) -> Message.Reason | None:
    if report.action == Action.FAILED:
        return REASONS[blame_of_report(report.status, report.words)]
    return Reason.COMPLAINED if report.action == Action.COMPLAINED else None


def _message(mail: Mail, report: Report, about: str) -> Message | None:
    keys = [*_keys_on_envelope(mail, about), *(key_in(text) for text in report.message_ids)]
    known = Message.objects.filter(channel=Message.Channel.MAIL, key__in=[key for key in keys if key])
    return min(known, key=lambda one: keys.index(one.key), default=None)


def _keys_on_envelope(mail: Mail, about: str) -> Iterator[UUID | None]:
    yield _key_in(about)
    values = [str(value) for name in TO for value in mail.get_all(name, [])]
    for _name, address in getaddresses(values):
        yield _key_in(thing_of(address))


def _key_in(thing: str) -> UUID | None:
    kind, _colon, key = thing.partition(":")
    return UUID(key) if kind == BOUNCE and len(key) == 32 else None
