"""Who delivers has no turn for the heartbeat that the watchdog asks."""

from datetime import timedelta

from django.conf import settings

from outbox import services
from outbox.clock import Clock

BEAT_EVERY = timedelta(seconds=10)


class Pulse:
    """A worker that delivers for long says now and then that it lives, also between connecting and sending."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._next_at = clock, clock.now() + BEAT_EVERY

    def beat(self) -> None:
        now = self._clock.now()
        if now >= self._next_at:
            self._next_at = now + BEAT_EVERY
            services.beat(worker=settings.WORKER_NAME, now=now)
