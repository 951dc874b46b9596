"""What a worker may be asked."""

import logging

from django.conf import settings
from django.utils import timezone

from outbox import services, ticking
from outbox.delivery import deliver_due
from outbox.models import Message
from outbox.wake import wake_worker

WATCH = ticking.Watch()  # of this process
ALONE = 50  # messages that one worker sends without help, in a second or less
logger = logging.getLogger(__name__)


def deliver_due_messages() -> None:
    """Send what may leave. Who finds much asks for help first: one wish to send may have posted thousands. Whoever runs
    out of time asks for another turn. After a jump of the clock nothing leaves for two minutes."""
    heartbeat()
    now = timezone.now()
    if jump := WATCH.jumped(now):
        logger.warning("the clock jumped by %d seconds: nothing leaves for %d seconds", jump, ticking.CALM_SECONDS)
    if not WATCH.is_calm():
        return
    if Message.objects.ready(now).order_by()[ALONE:].exists():
        wake_worker()
    if deliver_due(now=now) and Message.objects.ready(timezone.now()).exists():
        wake_worker()


def heartbeat() -> None:
    """Runs inside a worker: one that hangs cannot say that it lives."""
    services.beat(worker=settings.WORKER_NAME, now=timezone.now())
