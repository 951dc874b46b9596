"""Whose turn it is to deliver. Every message that is posted puts a wish in the queue, and a run takes half a minute: so
that what else waits there has its turn soon, only a wish that no run has heard yet begins one.

Whoever posts writes nothing here, or all who post would wait for each other. By the clocks of machines, which may
differ a little; a moment that lies further ahead is of a clock that was wrong, and does not count.
"""

from datetime import datetime

from django.db.models import F, Q

from outbox.clock import CLOCKS_DIFFER
from outbox.models import Turn
from outbox.models.delivery_run import LONG_AGO
from outbox.queue import wake_worker

THE_ROW = 1


def begin(*, asked_at: datetime, now: datetime) -> bool:
    """Whether a run has to begin: those that began since this was asked see what there is. One of many that were
    asked at once begins."""
    unheard = Q(began_at__lt=asked_at) | Q(began_at__gt=now + CLOCKS_DIFFER)
    if Turn.objects.filter(unheard, pk=THE_ROW).update(began_at=now):
        return True
    return Turn.objects.get_or_create(pk=THE_ROW, defaults={"began_at": now})[1]


def ask(*, now: datetime) -> None:
    """Another turn, unless one was asked for that nobody has begun. It stands behind whatever waits in the queue."""
    unasked = Q(asked_at__lte=F("began_at")) | Q(asked_at__gt=now + CLOCKS_DIFFER)
    if Turn.objects.filter(unasked, pk=THE_ROW).update(asked_at=now):
        wake_worker()


def end() -> None:
    """There was nothing left: a wish from a transaction that has committed only now is heard."""
    Turn.objects.filter(pk=THE_ROW).update(began_at=LONG_AGO, asked_at=LONG_AGO)
