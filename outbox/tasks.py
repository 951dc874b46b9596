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
    out of time asks for another turn. After a jump of the clock nothing leaves for three minutes."""
    heartbeat()
    now = timezone.now()
    if not clock_is_calm():
        return
    if Message.objects.ready(now).order_by()[ALONE:].exists():
        wake_worker()
    if deliver_due(now=now) and Message.objects.ready(timezone.now()).exists():
        wake_worker()


def clock_is_calm() -> bool:
    """Whether this process may do what cannot be undone: by a clock that is ahead for a minute all is too late."""
    if jump := WATCH.jumped(timezone.now()):
        logger.warning("the clock jumped by %d seconds: nothing leaves for %d seconds", jump, ticking.CALM_SECONDS)
    return WATCH.is_calm()


def heartbeat() -> None:
    """Runs inside a worker: one that hangs cannot say that it lives. It looks at the clock too, so that every process
    knows how late it is before something hangs on it."""
    clock_is_calm()
    services.beat(worker=settings.WORKER_NAME, now=timezone.now())
