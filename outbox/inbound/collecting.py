"""Taking new mail out of our mailbox: by one worker at a time, each mail once, and none keeps the others waiting."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.core.cache import cache

from organisation.faults import in_short
from outbox.inbound.mailbox import TROUBLE, Mailbox, Refused, account_of, opened
from outbox.inbound.receiving import receive

SECONDS_OF_READING = 25.0  # a task of the queue lasts a minute at most, one hanging answer a third of it
LEASE_SECONDS = 90  # longer than that minute: whoever dies while reading gives way after it
LEASE, FAILURES, BREAKS = "inbox:reader", "inbox:failures", "inbox:breaks"
MOST_BREAKS = 3  # at which the connection broke while we read this mail; then it is put aside
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
    """A mail at which the server broke off before comes last, so that it keeps none waiting."""
    breaks = _breaks()
    for uid in sorted(mailbox.new(), key=lambda uid: breaks.get(uid, 0)):
        if not may_go_on():
            return True
        try:
            _take(mailbox, uid, now=now)
        except Refused as refusal:  # this mail, or what we wanted with it; another reader may have had it
            logger.warning("inbox, mail %s: %s", uid, refusal)
            with suppress(Refused):
                mailbox.put_aside(uid)
        except TROUBLE:
            breaks = _breaks()
            cache.set(BREAKS, {**breaks, uid: breaks.get(uid, 0) + 1}, ONE_DAY_SECONDS)
            raise
    return False


def _take(mailbox: Mailbox, uid: str, *, now: datetime) -> None:
    """It is marked after it was kept: whoever dies in between finds it again, and then that it is here already."""
    breaks = _breaks()
    if breaks.get(uid, 0) >= MOST_BREAKS:
        mailbox.put_aside(uid)
        logger.error("inbox, mail %s: put aside, the server broke off %s times", uid, breaks.pop(uid))
        cache.set(BREAKS, breaks, ONE_DAY_SECONDS)
    elif receive(mailbox.mail(uid), now=now).stays:
        mailbox.put_aside(uid)
    else:
        mailbox.finish(uid)


def _breaks() -> dict[str, int]:
    """How often the connection broke at which mail."""
    return cache.get(BREAKS) or {}


def _note_failure(error: Exception) -> None:
    failures = failures_in_a_row() + 1
    cache.set(FAILURES, failures, ONE_DAY_SECONDS)
    logger.error("the inbox cannot be read, %s times now: %s", failures, in_short(error))
