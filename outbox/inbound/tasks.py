"""Queued tasks for inbound mail."""

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from outbox.inbound.fetch import fetch_new_mail

READ_INBOX_TASK = "outbox.inbound.tasks.read_inbox"


def read_inbox() -> None:
    """Fetch new mail; enqueue the task again when time ran out."""
    if fetch_new_mail(now=timezone.now()):
        async_task(READ_INBOX_TASK)


def enqueue_read_inbox() -> None:
    """Enqueue the fetch when an inbox is configured: a task of its own, as the IMAP server may be slow."""
    if settings.INBOX_URL:
        async_task(READ_INBOX_TASK)
