"""Queued and periodic tasks of SMS."""

from django.utils import timezone
from django_q.tasks import async_task

from outbox.sms.provider import has_provider
from outbox.sms.status_polling import poll_unreported, unreported

POLL_STATUS = "outbox.sms.tasks.poll_status"


def poll_status() -> None:
    poll_unreported(now=timezone.now())


def enqueue_status_polling() -> None:
    """Enqueue the task when it has something to ask; a task of its own, because the provider may be slow."""
    if has_provider() and unreported(now=timezone.now()).exists():
        async_task(POLL_STATUS)
