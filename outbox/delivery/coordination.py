"""Coordination of delivery workers: the run lock, the circuit breaker, and heartbeats of a busy worker.

**Run lock.** Every posted message enqueues a delivery task, and a run takes half a minute. A task that was enqueued
before the last run began ends at once, so the other tasks in the queue wait for a run or two, never for the whole
backlog. Posting writes nothing here, or all transactions that post would wait for each other.

**Circuit breaker.** All workers skip a provider that one of them found unreachable, so that not every message waits for
a time-out.

Times are those of the machines, whose clocks may differ by MAX_CLOCK_SKEW. A time that is further ahead was written by
a clock that was wrong, and is ignored.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from outbox import services
from outbox.clock import MAX_CLOCK_SKEW, MonotonicClock
from outbox.models import DeliveryRun, ProviderOutage
from outbox.models.message import LONG_AGO
from outbox.queue import enqueue_delivery

RUN_PK = 1  # of the only row
OUTAGE_PAUSE = timedelta(seconds=50)  # less than a minute, so that the next periodic run tries again
HEARTBEAT_INTERVAL = timedelta(seconds=10)


def try_begin_run(*, asked_at: datetime, now: datetime) -> bool:
    """True for the one caller that should start a run: none has begun since `asked_at`, when it was requested."""
    not_served = Q(began_at__lt=asked_at) | Q(began_at__gt=now + MAX_CLOCK_SKEW)
    if DeliveryRun.objects.filter(not_served, pk=RUN_PK).update(began_at=now):
        return True
    return DeliveryRun.objects.get_or_create(pk=RUN_PK, defaults={"began_at": now})[1]


def request_another_run(*, now: datetime) -> None:
    """Enqueue another run behind the tasks that wait, unless one was requested that has not begun."""
    none_requested = Q(asked_at__lte=F("began_at")) | Q(asked_at__gt=now + MAX_CLOCK_SKEW)
    if DeliveryRun.objects.filter(none_requested, pk=RUN_PK).update(asked_at=now):
        enqueue_delivery()


def finish_run() -> None:
    """Let the next request begin a run, whenever it was made: its transaction may have committed only now."""
    DeliveryRun.objects.filter(pk=RUN_PK).update(began_at=LONG_AGO, asked_at=LONG_AGO)


def record_outage(transport: str, *, now: datetime) -> None:
    ProviderOutage.objects.update_or_create(transport=transport, defaults={"until": now + OUTAGE_PAUSE})


def unavailable_transports(now: datetime) -> set[str]:
    outages = ProviderOutage.objects.filter(until__gt=now, until__lte=now + MAX_CLOCK_SKEW)
    return set(outages.values_list("transport", flat=True))


class HeartbeatTimer:
    """Records a heartbeat when the last one is old enough, because the heartbeat task waits until the worker is free.

    Called between messages, and between connecting and sending.
    """

    def __init__(self, clock: MonotonicClock) -> None:
        self._clock, self._next_at = clock, clock.now() + HEARTBEAT_INTERVAL

    def tick(self) -> None:
        now = self._clock.now()
        if now >= self._next_at:
            self._next_at = now + HEARTBEAT_INTERVAL
            services.record_heartbeat(worker=settings.WORKER_NAME, now=now)
