"""Enqueue the delivery task. A task that is lost does no harm: the messages stay in the outbox."""

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

THROTTLE_SECONDS = 1  # between two tasks that one scan enqueues
TASK_TIMEOUT_SECONDS = 240  # a run and the slowest send that it begins; then the queue kills the process
logger = logging.getLogger(__name__)


@dataclass
class EnqueueThrottle:
    """Lets one task per second through; `is_pending` when the last request was held up."""

    enqueued_at: float = float("-inf")  # monotonic
    is_pending: bool = False

    def may_enqueue(self) -> bool:
        self.is_pending = monotonic() - self.enqueued_at < THROTTLE_SECONDS
        if not self.is_pending:
            self.enqueued_at = monotonic()
        return not self.is_pending


_THROTTLE: ContextVar[EnqueueThrottle | None] = ContextVar("throttle", default=None)


@contextmanager
def throttled_enqueue() -> Iterator[None]:
    """Enqueue one task per second and one at the end, instead of one per message; for scans that post thousands."""
    throttle = EnqueueThrottle()
    token = _THROTTLE.set(throttle)
    try:
        yield
    finally:
        _THROTTLE.reset(token)
        if throttle.is_pending:
            enqueue_delivery()


def request_delivery() -> None:
    """Enqueue in the caller's transaction when the queue is in this database, so that both commit at once.

    With Redis after the commit.
    """
    if settings.REDIS_URL:
        transaction.on_commit(enqueue_delivery)
    else:
        enqueue_delivery()


def enqueue_delivery() -> None:
    """Ask a worker to send what is due. A queue that is away costs a minute at most: a periodic task asks as well."""
    throttle = _THROTTLE.get()
    if throttle and not throttle.may_enqueue():
        return
    try:
        async_task("outbox.tasks.deliver_due_messages", timezone.now(), timeout=TASK_TIMEOUT_SECONDS)
    except Exception as error:  # any broker fails in its own way; the message is in the outbox already
        logger.warning("the delivery task cannot be enqueued: %s", type(error).__name__)
