"""Intake of inbound mail, the same for IMAP, webhook and pipe.

Mail of people and calendar replies are stored as rows, which an app of a higher layer processes. Every mail has an
outcome; only database errors are raised, so that the source keeps the mail and delivers it again.
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from core.batch import describe_error
from organisation.models import Policy
from outbox import services
from outbox.email.bounces import record_bounce, record_unclear_report
from outbox.inbound import store
from outbox.inbound.classify import (
    is_automatic,
    is_delivery_report,
    is_marked_as_spam,
    may_be_automatic,
)
from outbox.inbound.forward import forward_draft
from outbox.inbound.parser import InboundMail, parse_mail
from outbox.inbound.size_limit import LineReader, trim
from outbox.message_ids import parse_message_id
from outbox.models import IncomingMail, Message
from outbox.reply_addresses import parse_reply_address

UNADDRESSED = "house"  # `about` of a mail without a valid reply address
FORWARDED = "forwarded"
MAX_PER_DAY = 20  # mails about one object: more is a loop or abuse
MAX_CALENDARS_PER_DAY = 50
ONE_DAY = timedelta(days=1)
LOGGED_DIGITS = 12  # of the digest that names a mail in logs
logger = logging.getLogger(__name__)
Kind = IncomingMail.Kind


class InboundMailOutcome(StrEnum):
    """Result of the intake of one mail."""

    STORED = "stored"  # for the app that knows its subject
    FORWARDED = "forwarded"  # without a valid reply address: to the employer's sender address
    DUPLICATE = "duplicate"
    REPORT = "report"  # about a failed delivery
    UNCLEAR_REPORT = "unclear_report"  # came to a bounce address and cannot be read: shown to application managers
    AUTOMATIC = "automatic"
    LOOP = "loop"
    TOO_MANY = "too_many"
    SPAM = "spam"
    NO_RECIPIENT = "no_recipient"
    UNREADABLE = "unreadable"

    @property
    def is_done(self) -> bool:
        """True when the source may drop the mail."""
        return self not in (InboundMailOutcome.NO_RECIPIENT, InboundMailOutcome.UNREADABLE, InboundMailOutcome.TOO_MANY)

    @property
    def stays_in_inbox(self) -> bool:
        """True when the mail stays in our inbox for a person to look at, also a loop, which is not deleted."""
        return not self.is_done or self == InboundMailOutcome.LOOP


def receive(raw: bytes | LineReader, *, now: datetime, to: str = "") -> InboundMailOutcome:
    """Process one mail, of which no more than a limit is read. `to` is the envelope recipient, when it is known."""
    trimmed = trim(BytesIO(raw) if isinstance(raw, bytes) else raw)
    name, about = trimmed.digest[:LOGGED_DIGITS], UNADDRESSED
    try:
        mail = parse_mail(trimmed, to=to)
        about = mail.about or UNADDRESSED
        outcome = _process(mail, now=now, to=to)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:  # a hostile mail can break a parser in many ways
        logger.warning("mail %s of %s bytes about %s: %s", name, trimmed.size, about, describe_error(error))
        return InboundMailOutcome.UNREADABLE
    logger.info("mail %s of %s bytes about %s: %s", name, trimmed.size, about, outcome)
    return outcome


def _process(mail: InboundMail, *, now: datetime, to: str) -> InboundMailOutcome:
    policy = Policy.objects.current()
    if is_delivery_report(mail):
        return _process_report(mail, now=now)
    if _is_loop(mail, policy):
        return InboundMailOutcome.LOOP
    if mail.calendar and mail.about:  # before is_automatic: calendar replies are automatic
        return _store(mail, Kind.CALENDAR, mail.about, MAX_CALENDARS_PER_DAY, now=now)
    if is_automatic(mail):
        return InboundMailOutcome.AUTOMATIC
    if not mail.sender:
        return InboundMailOutcome.UNREADABLE
    if mail.about:
        return _store(mail, Kind.LETTER, mail.about, MAX_PER_DAY, now=now)
    return _store_and_forward(mail, policy, now=now)


def _process_report(mail: InboundMail, *, now: datetime) -> InboundMailOutcome:
    if record_bounce(mail.parsed, about=mail.about, now=now):
        return InboundMailOutcome.REPORT
    if record_unclear_report(mail.parsed, about=mail.about, subject=mail.subject, text=mail.text, now=now):
        return InboundMailOutcome.UNCLEAR_REPORT
    return InboundMailOutcome.AUTOMATIC


def _is_loop(mail: InboundMail, policy: Policy) -> bool:
    """True for a mail that we sent, or that claims to be from us: forwarding it would bring it back.

    The sender address of the employer belongs to a person, who may also write to us.
    """
    sender = mail.sender.lower()
    if (sender and sender == settings.INBOX_ADDRESS.lower()) or parse_reply_address(sender):
        return True
    if sender == policy.sender_email.lower() and may_be_automatic(mail):
        return True
    key = parse_message_id(mail.header("Message-ID"))
    return key is not None and Message.objects.filter(key=key).exists()


@transaction.atomic
def _store_and_forward(mail: InboundMail, policy: Policy, *, now: datetime) -> InboundMailOutcome:
    """Forward a mail without a subject at once: no other app processes it."""
    if is_marked_as_spam(mail):
        return InboundMailOutcome.SPAM
    if policy.sender_email.lower() in ("", settings.INBOX_ADDRESS.lower()):
        return InboundMailOutcome.NO_RECIPIENT
    outcome = _store(mail, Kind.LETTER, UNADDRESSED, MAX_PER_DAY, now=now)
    if outcome != InboundMailOutcome.STORED:
        return outcome
    row = IncomingMail.objects.get(digest=_fingerprint(mail, UNADDRESSED))
    services.post(forward_draft(row, mail, policy), now=now)
    store.claim(row.pk, now=now)
    store.finish(row, outcome=FORWARDED)
    return InboundMailOutcome.FORWARDED


@transaction.atomic
def _store(mail: InboundMail, kind: Kind, about: str, at_most: int, *, now: datetime) -> InboundMailOutcome:
    identity = _fingerprint(mail, about)
    if IncomingMail.objects.filter(digest=identity).exists():
        return InboundMailOutcome.DUPLICATE
    today = IncomingMail.objects.filter(about=about, kind=kind, received_at__gt=now - ONE_DAY)
    if today.count() >= at_most:
        return InboundMailOutcome.TOO_MANY
    row = IncomingMail(
        digest=identity,
        about=about,
        kind=kind,
        sender=mail.sender,
        subject=mail.subject,
        text=mail.text,
        calendar=mail.calendar,
        full_text="" if about == UNADDRESSED else mail.full_text,
        is_cut=mail.is_cut,
        received_at=now,
    )
    IncomingMail.objects.bulk_create(
        [row], ignore_conflicts=True
    )  # the same mail may come by another way at the same time
    return InboundMailOutcome.STORED


def _fingerprint(mail: InboundMail, about: str) -> str:
    """Digest that is equal for a mail that comes twice, also by another way that adds headers."""
    name = mail.header("Message-ID")
    rest = (mail.header("Date"),) if name else (mail.subject, mail.text, mail.calendar, mail.header("Date"))
    return sha256("\0".join((about, mail.sender.lower(), name, *rest)).encode()).hexdigest()
