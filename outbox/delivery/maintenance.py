"""What is done to many messages at once, before a worker carries them out one by one; and what is cleaned away.

Two workers that do so at the same time leave each other's rows alone.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from outbox import fallbacks, transitions
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.services import office_hours_from

MANY = 1000
WORDS_STAY = timedelta(days=14)  # of what failed or was stopped; until then somebody may send it again
Reason, State = Message.Reason, Message.State


def take_back_abandoned(*, now: datetime) -> int:
    """What a worker had that died waits again, and may leave twice. Returns how many."""
    return _change(Message.objects.abandoned(now), state=State.QUEUED, is_uncertain=True, **transitions.FREE)


def suppress_useless(*, now: datetime) -> int:
    """Give up what would come too late, and what was withdrawn while a worker that died had it. Returns how many."""
    ended = 0
    while found := _suppress_some(now):
        ended += found
    return ended


def put_off_until_office_hours(*, now: datetime) -> int:
    """Letters for office hours wait for them, however long the queue was. Returns how many.

    What was tried in vain keeps the moment at which it was due, or it would never be given up.
    """
    opens_at = office_hours_from(now)
    if opens_at == now:
        return 0
    ready = Message.objects.ready(now).filter(only_at_office_hours=True)
    return _change(ready, not_before=opens_at)


def forget_words(*, now: datetime) -> int:
    """Nobody sends again what failed or was stopped long ago, so its words go. Returns how many."""
    long_ago = Message.objects.repeatable().filter(ended_at__lt=now - WORDS_STAY).exclude(text="")
    return 0 if settings.DEMO else long_ago.update(**transitions.without_body())


@transaction.atomic
def _change(rows: MessageQuerySet, **values: object) -> int:
    free = rows.select_for_update(skip_locked=True).order_by()
    return Message.objects.filter(pk__in=free.values("pk")).update(**values)


@transaction.atomic
def _suppress_some(now: datetime) -> int:
    rows = Message.objects.useless(now).select_related("fallback_for").order_by("useless_after")
    found = list(rows.select_for_update(skip_locked=True, of=("self",))[:MANY])
    groups: dict[Message.Reason, list[int]] = {}
    for message in found:
        groups.setdefault(_why(message), []).append(message.pk)
    for reason, keys in groups.items():
        Message.objects.filter(pk__in=keys).update(**transitions.suppressed(reason=reason, now=now))
    fallbacks.release(groups.get(Reason.TOO_LATE, []), now=now)
    return len(found)


def _why(message: Message) -> Message.Reason:
    if message.reason == Reason.WITHDRAWN:
        return Reason.WITHDRAWN
    first = message.fallback_for if message.is_standby else None
    return Reason.NOT_NEEDED if first and first.state in (State.SENT, State.DELIVERED) else Reason.TOO_LATE
