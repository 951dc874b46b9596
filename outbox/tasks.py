"""What a worker may be asked."""

from django.conf import settings
from django.utils import timezone

from outbox import services
from outbox.delivery import deliver_due
from outbox.models import Message
from outbox.wake import wake_worker


def deliver_due_messages() -> None:
    """Send what may leave; whoever runs out of time asks for another turn."""
    heartbeat()
    if deliver_due(now=timezone.now()) and Message.objects.due(timezone.now()).exists():
        wake_worker()


def heartbeat() -> None:
    """Runs inside a worker: one that hangs cannot say that it lives."""
    services.beat(worker=settings.WORKER_NAME, now=timezone.now())
