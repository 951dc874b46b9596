"""Fetch new mail from the IMAP inbox: one worker at a time, each mail once; a bad mail does not block the others."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError

from core.batch import describe_error
from outbox.inbound.imap import IMAP_ERRORS, CommandRefused, Mailbox, MailGone, open_mailbox, parse_inbox_url
from outbox.inbound.intake import InboundMailOutcome, receive

MAX_SECONDS = 25.0  # a queued task may take a minute, of which one hanging command takes 20 s
LEASE_SECONDS = 90  # longer than that minute, so that a killed worker blocks the next for this long only
LEASE, FAILURES, INTERRUPTIONS = "inbox:reader", "inbox:failures", "inbox:breaks"
MAX_INTERRUPTIONS = 3  # sessions that ended at the same mail; then it is flagged and skipped
ONE_DAY_SECONDS = 24 * 60 * 60
logger = logging.getLogger(__name__)


def fetch_new_mail(*, now: datetime, has_time: Callable[[], bool] | None = None) -> bool:
    """Process new mail. True when time ran out before the end; False also when another worker has the lease.

    A failure is logged every time; the next run tries again.
    """
    if not cache.add(LEASE, 1, LEASE_SECONDS):
        return False
    until = monotonic() + MAX_SECONDS
    try:
        with open_mailbox(parse_inbox_url(settings.INBOX_URL)) as mailbox:
            is_more = _fetch_all(mailbox, has_time or (lambda: monotonic() < until), now=now)
    except (*IMAP_ERRORS, CommandRefused, ValueError) as error:
        _record_failure(error)
        return False
    finally:
        cache.delete(LEASE)
    cache.delete(FAILURES)
    return is_more


def consecutive_failures() -> int:
    """Number of failed sessions since the last successful one."""
    return int(cache.get(FAILURES) or 0)


def _fetch_all(mailbox: Mailbox, has_time: Callable[[], bool], *, now: datetime) -> bool:
    """Process mails, those at which a session ended before last, so that they do not block the others."""
    interruptions, refusals = _interruptions(), []
    waiting = deque(sorted(mailbox.new_uids(), key=lambda uid: interruptions.get(uid, 0)))
    while waiting and has_time():
        uid = waiting.popleft()
        try:
            _fetch_one(mailbox, uid, now=now)
        except CommandRefused as refusal:  # concerns this mail only: continue with the others
            logger.error("inbox, mail %s: %s", uid, refusal)
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
    return bool(waiting)


def _fetch_one(mailbox: Mailbox, uid: str, *, now: datetime) -> None:
    """Store a mail, then mark it on the server: after a crash in between it comes again and is a known duplicate."""
    if (interruptions := _interruptions().get(uid, 0)) >= MAX_INTERRUPTIONS:
        mailbox.flag(uid)
        _set_interruptions(uid, 0)
        logger.error("inbox, mail %s: flagged and skipped, it could not be read %s times", uid, interruptions)
        return
    _set_interruptions(uid, interruptions + 1)  # in advance: a killed process cannot count afterwards
    try:
        outcome = receive(mailbox.stream(uid), now=now)
        _mark(mailbox, uid, outcome)
    except MailGone:
        logger.info("inbox, mail %s: no longer there", uid)
    except (DatabaseError, InterfaceError):  # the mail is not the cause
        _set_interruptions(uid, interruptions)
        raise
    _set_interruptions(uid, 0)


def _mark(mailbox: Mailbox, uid: str, outcome: InboundMailOutcome) -> None:
    """Mark a processed mail on the server; a refusal does not count as an interruption by this mail."""
    try:
        if outcome.stays_in_inbox:
            mailbox.flag(uid)
        else:
            mailbox.finish(uid)
    except CommandRefused:
        _set_interruptions(uid, 0)
        raise


def _interruptions() -> dict[str, int]:
    """Sessions that ended per mail (by UID): the connection broke, the server refused, or the process was killed."""
    return cache.get(INTERRUPTIONS) or {}


def _set_interruptions(uid: str, count: int) -> None:
    others = {other: number for other, number in _interruptions().items() if other != uid}
    cache.set(INTERRUPTIONS, others | ({uid: count} if count else {}), ONE_DAY_SECONDS)


def _record_failure(error: Exception) -> None:
    failures = consecutive_failures() + 1
    cache.set(FAILURES, failures, ONE_DAY_SECONDS)
    logger.error("the inbox cannot be read, %s times now: %s", failures, describe_error(error))
