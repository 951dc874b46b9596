"""Queued tasks of the outbox. Their paths are stored in the queue: do not rename them."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from outbox import services
from outbox.delivery import coordination
from outbox.delivery.worker import deliver_due
from outbox.models import Message

BACKLOG = 50  # messages that one worker sends without help, in a second or less


def deliver_due_messages(asked_at: datetime | None = None) -> None:
    """Send what is due, unless a run that began since `asked_at` already does.

    With a backlog another worker is asked for help, but only once something was sent: with an unreachable provider it
    would come in vain. A run that ends before the queue is empty requests another.
    """
    heartbeat()
    now = timezone.now()
    if not coordination.try_begin_run(asked_at=asked_at or now, now=now):
        return
    sent = deliver_due(now=now, on_first_sent=_request_help)
    is_done = not _has_ready()
    if is_done:
        coordination.finish_run()
    if (sent or is_done) and _has_ready():  # asked again: messages may have been posted before finish()
        coordination.request_another_run(now=timezone.now())


def heartbeat() -> None:
    """Record that this worker runs. It is a task because a worker that hangs cannot run it."""
    services.record_heartbeat(worker=settings.WORKER_NAME, now=timezone.now())


def _request_help() -> None:
    if _has_ready(more_than=BACKLOG):
        coordination.request_another_run(now=timezone.now())


def _has_ready(*, more_than: int = 0) -> bool:
    return Message.objects.ready(timezone.now()).order_by()[more_than:].exists()
