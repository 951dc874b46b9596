"""What is done with a mail that came in: one answer for all doors. What it is, judging.py; what is in it, reading.py.

Words for a person and answers of calendars become rows, which a room above collects. Whatever a mail is, there is
an outcome; only a database that is away raises, so that whoever brought the mail keeps it and brings it again.
"""

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from core.batch import in_short
from organisation.models import Policy
from outbox import services
from outbox.email.bounces import note_bounce
from outbox.inbound import store
from outbox.inbound.classify import is_automatic, is_marked_as_spam, is_report
from outbox.inbound.forward import house_mail
from outbox.inbound.parser import Mail, read
from outbox.inbound.size_limit import Lines, trim
from outbox.message_ids import key_in
from outbox.models import IncomingMail, Message
from outbox.reply_addresses import thing_of

NOBODY = "house"  # what a mail is about that does not say what it is about
FORWARDED = "forwarded"
MOST_A_DAY = 20  # letters about one thing: more is a loop, or somebody who wants to annoy
MOST_CALENDARS_A_DAY = 50
ONE_DAY = timedelta(days=1)
DIGITS = 12  # of a mail's digest, in logs
logger = logging.getLogger(__name__)
Kind = IncomingMail.Kind


class Outcome(StrEnum):
    """What became of a mail."""

    KEPT = "kept"  # for who it is about
    TO_HOUSE = "to_house"  # no address of ours proves itself: to who signs our letters
    AGAIN = "again"  # it was here already
    REPORT = "report"  # of a delivery that failed
    AUTOMATIC = "automatic"
    LOOP = "loop"
    TOO_MANY = "too_many"
    SPAM = "spam"
    NOBODYS = "nobodys"
    UNREADABLE = "unreadable"

    @property
    def is_done(self) -> bool:
        """Whoever brought it may forget it."""
        return self not in (Outcome.NOBODYS, Outcome.UNREADABLE, Outcome.TOO_MANY)

    @property
    def stays(self) -> bool:
        """In our own mailbox, for a person to look at. Nobody waits for what is a loop, but it is not thrown away."""
        return not self.is_done or self == Outcome.LOOP


def receive(raw: bytes | Lines, *, now: datetime, to: str = "") -> Outcome:
    """`to` is to whom the mail came, when whoever brings it knows. It is read up to a limit, and never as a whole."""
    trimmed = trim(BytesIO(raw) if isinstance(raw, bytes) else raw)
    name, about = trimmed.digest[:DIGITS], NOBODY
    try:
        mail = read(trimmed, to=to)
        about = mail.about or NOBODY
        outcome = _take(mail, now=now, to=to)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:  # there are many ways to stumble over a mail that somebody made up
        logger.warning("mail %s of %s bytes about %s: %s", name, trimmed.size, about, in_short(error))
        return Outcome.UNREADABLE
    logger.info("mail %s of %s bytes about %s: %s", name, trimmed.size, about, outcome)
    return outcome


def _take(mail: Mail, *, now: datetime, to: str) -> Outcome:
    policy = Policy.objects.current()
    if is_report(mail):
        return Outcome.REPORT if note_bounce(mail.parsed, about=mail.about, now=now) else Outcome.AUTOMATIC
    if _is_ours(mail, policy):
        return Outcome.LOOP
    if mail.calendar and mail.about:  # also when it says that a machine sent it: that is how calendars answer
        return _keep(mail, Kind.CALENDAR, mail.about, MOST_CALENDARS_A_DAY, now=now)
    if is_automatic(mail):
        return Outcome.AUTOMATIC
    if not mail.sender:
        return Outcome.UNREADABLE
    if mail.about:
        return _keep(mail, Kind.LETTER, mail.about, MOST_A_DAY, now=now)
    return _bring_to_house(mail, policy, now=now)


def _is_ours(mail: Mail, policy: Policy) -> bool:
    """We sent it, or it says that it is from us: what we bring further would come back here.

    Who reads the address that signs our letters is a person, and may write by hand.
    """
    sender = mail.sender.lower()
    if (sender and sender == settings.INBOX_ADDRESS.lower()) or thing_of(sender):
        return True
    if sender == policy.sender_email.lower() and is_automatic(mail):
        return True
    key = key_in(mail.header("Message-ID"))
    return key is not None and Message.objects.filter(key=key).exists()


@transaction.atomic
def _bring_to_house(mail: Mail, policy: Policy, *, now: datetime) -> Outcome:
    """A letter at once: there is nobody above who would collect it."""
    if is_marked_as_spam(mail):
        return Outcome.SPAM
    if policy.sender_email.lower() in ("", settings.INBOX_ADDRESS.lower()):
        return Outcome.NOBODYS
    outcome = _keep(mail, Kind.LETTER, NOBODY, MOST_A_DAY, now=now)
    if outcome != Outcome.KEPT:
        return outcome
    row = IncomingMail.objects.get(digest=_identity(mail, NOBODY))
    services.post(house_mail(row, mail, policy), now=now)
    store.take(row.pk, now=now)
    store.end(row, outcome=FORWARDED)
    return Outcome.TO_HOUSE


@transaction.atomic
def _keep(mail: Mail, kind: Kind, about: str, at_most: int, *, now: datetime) -> Outcome:
    identity = _identity(mail, about)
    if IncomingMail.objects.filter(digest=identity).exists():
        return Outcome.AGAIN
    today = IncomingMail.objects.filter(about=about, kind=kind, received_at__gt=now - ONE_DAY)
    if today.count() >= at_most:
        return Outcome.TOO_MANY
    row = IncomingMail(
        digest=identity,
        about=about,
        kind=kind,
        sender=mail.sender,
        subject=mail.subject,
        text=mail.text,
        calendar=mail.calendar,
        is_cut=mail.is_cut,
        received_at=now,
    )
    IncomingMail.objects.bulk_create([row], ignore_conflicts=True)  # another door may bring it at this moment
    return Outcome.KEPT


def _identity(mail: Mail, about: str) -> str:
    """The same for a mail that comes twice, also by another way, which adds headers to it."""
    name = mail.header("Message-ID")
    said = (mail.header("Date"),) if name else (mail.subject, mail.text, mail.calendar, mail.header("Date"))
    return sha256("\0".join((about, mail.sender.lower(), name, *said)).encode()).hexdigest()
