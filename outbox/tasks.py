"""What a worker may be asked."""

import logging
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from outbox import clock as ticking
from outbox import services
from outbox.delivery import run_lock
from outbox.delivery.worker import deliver_due
from outbox.models import Message

ALONE = 50  # messages that one worker sends without help, in a second or less
logger = logging.getLogger(__name__)


def deliver_due_messages(asked_at: datetime | None = None) -> None:
    """Send what may leave, unless a run that began since this was asked does so. After a jump of the clock nothing
    leaves for three minutes.

    Who finds much asks for help once something has left: one wish to send may have posted thousands, but with a
    provider that is away others would come in vain. Whoever runs out of time asks for another turn.
    """
    is_calm, now = clock_is_calm(), timezone.now()
    if not (is_calm and run_lock.begin(asked_at=asked_at or now, now=now)):
        return
    sent = deliver_due(now=now, when_it_goes=_ask_for_help)
    is_done = not _waits()
    if is_done:
        run_lock.end()
    if (sent or is_done) and _waits():  # also what came in until that end
        run_lock.ask(now=timezone.now())


def _ask_for_help() -> None:
    if _waits(more_than=ALONE):
        run_lock.ask(now=timezone.now())


def _waits(*, more_than: int = 0) -> bool:
    return Message.objects.ready(timezone.now()).order_by()[more_than:].exists()


def clock_is_calm() -> bool:
    """Whether this machine may do what cannot be undone: by a clock that is ahead for a minute all is too late. Who
    looks says that it lives."""
    watch = ticking.Watch(*services.clock_of(settings.WORKER_NAME))
    now = timezone.now()  # not before the database has answered, which may take long
    if jump := watch.jumped(now):
        logger.warning("the clock jumped by %d seconds: nothing leaves for %d seconds", jump, ticking.CALM_SECONDS)
    clock = {"clock_offset": watch.offset, "calm_at": watch.calm_at}
    services.beat(worker=settings.WORKER_NAME, now=now, **clock)
    return watch.is_calm()


def heartbeat() -> None:
    """Runs inside a worker: one that hangs cannot say that it lives. It looks at the clock, so that it is known how
    late it is before something hangs on it."""
    clock_is_calm()
