"""Queued and periodic tasks over all apps."""

from django.utils import timezone
from django_q.tasks import async_task

from spreekuur.retention_run import continue_run, is_due

RUN_RETENTION = "spreekuur.tasks.run_retention"


def run_retention() -> None:
    """Do a part of the daily erasure."""
    continue_run(now=timezone.now())


def enqueue_retention() -> None:
    """Enqueue a part of the daily erasure when there is one (every minute): a task of its own, as it may take long."""
    if is_due(now=timezone.now()):
        async_task(RUN_RETENTION)
