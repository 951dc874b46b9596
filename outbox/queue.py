"""The queue only wakes; the outbox carries the promise."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

PAUSE_SECONDS = 1  # between two calls of who posts thousands
AT_MOST_SECONDS = 240  # a run and the slowest send that it begins; then the queue kills the process
logger = logging.getLogger(__name__)


@dataclass
class Caller:
    """Who posts one message after the other."""

    called_at: float = float("-inf")  # monotonic
    owes_a_call: bool = False

    def may_call(self) -> bool:
        self.owes_a_call = monotonic() - self.called_at < PAUSE_SECONDS
        if not self.owes_a_call:
            self.called_at = monotonic()
        return not self.owes_a_call


_CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


@contextmanager
def woken_now_and_then() -> Iterator[None]:
    """Around a scan that may post thousands: a call per second and one at the end, instead of one per message."""
    caller = Caller()
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)
        if caller.owes_a_call:
            wake_worker()


def wake() -> None:
    """A queue in this database is told in the same transaction, so that it commits once; Redis afterwards."""
    if settings.REDIS_URL:
        transaction.on_commit(wake_worker)
    else:
        wake_worker()


def wake_worker() -> None:
    """Tell a worker to look what is due. A queue that is away costs a minute at most: the timetable looks as well."""
    caller = _CALLER.get()
    if caller and not caller.may_call():
        return
    try:
        async_task("outbox.tasks.deliver_due_messages", timezone.now(), timeout=AT_MOST_SECONDS)
    except Exception as error:  # any broker fails in its own way; the fact is committed already
        logger.warning("the queue cannot be woken: %s", type(error).__name__)
