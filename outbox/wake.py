"""The queue only wakes; the outbox carries the promise."""

import logging

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task

logger = logging.getLogger(__name__)


def wake() -> None:
    """A queue in this database is told in the same transaction, so that it commits once; Redis afterwards."""
    if settings.REDIS_URL:
        transaction.on_commit(wake_worker)
    else:
        wake_worker()


def wake_worker() -> None:
    """Tell a worker to look what is due. A queue that is away costs a minute at most: the timetable looks as well."""
    try:
        async_task("outbox.tasks.deliver_due_messages")
    except Exception as error:  # any broker fails in its own way; the fact is committed already
        logger.warning("the queue cannot be woken: %s", type(error).__name__)
