"""Taking new mail out of our mailbox: by one worker at a time, each mail once, and none keeps the others waiting."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError

from core.batch import in_short
from outbox.inbound.imap import TROUBLE, Gone, Mailbox, Refused, account_of, opened
from outbox.inbound.intake import Outcome, receive

SECONDS_OF_READING = 25.0  # a task of the queue lasts a minute at most, one hanging answer a third of it
LEASE_SECONDS = 90  # longer than that minute: whoever dies while reading gives way after it
LEASE, FAILURES, BREAKS = "inbox:reader", "inbox:failures", "inbox:breaks"
MOST_BREAKS = 3  # visits that ended while we read this mail; then it is put aside
ONE_DAY_SECONDS = 24 * 60 * 60
logger = logging.getLogger(__name__)


def collect(*, now: datetime, may_go_on: Callable[[], bool] | None = None) -> bool:
    """Take what is new. True when there is more than there was time for; False also while another worker reads.

    A server that does not answer is said in the log, every time, and asked again in a minute.
    """
    if not cache.add(LEASE, 1, LEASE_SECONDS):
        return False
    until = monotonic() + SECONDS_OF_READING
    try:
        with opened(account_of(settings.INBOX_URL)) as mailbox:
            is_more = _take_all(mailbox, may_go_on or (lambda: monotonic() < until), now=now)
    except (*TROUBLE, Refused, ValueError) as error:
        _note_failure(error)
        return False
    finally:
        cache.delete(LEASE)
    cache.delete(FAILURES)
    return is_more


def failures_in_a_row() -> int:
    """How often the mailbox could not be read since it last was."""
    return int(cache.get(FAILURES) or 0)


def _take_all(mailbox: Mailbox, may_go_on: Callable[[], bool], *, now: datetime) -> bool:
    """A mail at which a visit ended before comes last, so that it keeps none waiting."""
    breaks, refusals = _breaks(), []
    waiting = deque(sorted(mailbox.new(), key=lambda uid: breaks.get(uid, 0)))
    while waiting and may_go_on():
        uid = waiting.popleft()
        try:
            _take(mailbox, uid, now=now)
        except Refused as refusal:  # this mail, or what we wanted with it: the others may do better
            logger.error("inbox, mail %s: %s", uid, refusal)
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
    return bool(waiting)


def _take(mailbox: Mailbox, uid: str, *, now: datetime) -> None:
    """It is marked after it was kept: whoever dies in between finds it again, and then that it is here already."""
    if (breaks := _breaks().get(uid, 0)) >= MOST_BREAKS:
        mailbox.put_aside(uid)
        _note_breaks(uid, 0)
        logger.error("inbox, mail %s: put aside, it could not be read %s times", uid, breaks)
        return
    _note_breaks(uid, breaks + 1)  # before there is one: whoever is killed at a mail counts nothing afterwards
    try:
        outcome = receive(mailbox.mail(uid), now=now)
        _leave(mailbox, uid, outcome)
    except Gone:
        logger.info("inbox, mail %s: another reader has it", uid)
    except (DatabaseError, InterfaceError):  # not this mail's fault
        _note_breaks(uid, breaks)
        raise
    _note_breaks(uid, 0)


def _leave(mailbox: Mailbox, uid: str, outcome: Outcome) -> None:
    """It was read: when the server does not do what we want with it now, that is no fault of this mail."""
    try:
        if outcome.stays:
            mailbox.put_aside(uid)
        else:
            mailbox.finish(uid)
    except Refused:
        _note_breaks(uid, 0)
        raise


def _breaks() -> dict[str, int]:
    """How often a visit ended at which mail: the connection broke, the server said no, or the reader was killed."""
    return cache.get(BREAKS) or {}


def _note_breaks(uid: str, breaks: int) -> None:
    others = {other: count for other, count in _breaks().items() if other != uid}
    cache.set(BREAKS, others | ({uid: breaks} if breaks else {}), ONE_DAY_SECONDS)


def _note_failure(error: Exception) -> None:
    failures = failures_in_a_row() + 1
    cache.set(FAILURES, failures, ONE_DAY_SECONDS)
    logger.error("the inbox cannot be read, %s times now: %s", failures, in_short(error))
