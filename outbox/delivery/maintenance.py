"""Bulk updates of queued and ended messages. Workers that run them at the same time skip each other's rows."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce

from outbox import fallbacks, transitions
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.services import earliest_office_time

BATCH_SIZE = 1000
BODY_RETENTION = timedelta(days=14)  # of a failed or stopped message, so that somebody can send it again
Reason, State = Message.Reason, Message.State
ENDED_STATES = (State.SENT, State.DELIVERED, State.FAILED, State.SUPPRESSED)


def requeue_expired_leases(*, now: datetime) -> int:
    """Requeue messages whose lease has expired; they may be sent twice. Returns how many."""
    return _update_unlocked(
        Message.objects.abandoned(now), state=State.QUEUED, is_uncertain=True, **transitions.RELEASED
    )


def suppress_expired(*, now: datetime) -> int:
    """Suppress queued messages that have expired, also by being withdrawn while a worker had them. Returns how many."""
    ended = 0
    while found := _suppress_batch(now):
        ended += found
    return ended


def defer_to_office_hours(*, now: datetime) -> int:
    """Postpone messages for office hours that became due outside them. Returns how many.

    `first_due_at` stays, so that a message that keeps failing is given up in time.
    """
    opens_at = earliest_office_time(now)
    if opens_at == now:
        return 0
    ready = Message.objects.ready(now).filter(only_at_office_hours=True)
    return _update_unlocked(ready, not_before=opens_at)


def erase_old_bodies(*, now: datetime) -> int:
    """Erase the bodies of messages that failed or were stopped two weeks ago. Returns how many; none in the demo."""
    old = Message.objects.failed_or_stopped().filter(ended_at__lt=now - BODY_RETENTION).exclude(text="")
    return 0 if settings.DEMO else old.update(**transitions.without_body())


def delete_old_messages(*, before: datetime, limit: int) -> int:
    """Delete at most `limit` messages that were sent, failed or were suppressed before this time. Returns how many.

    Replies to them by SMS, and fallbacks that were waiting for them, are deleted as well (CASCADE).
    """
    over = Message.objects.filter(state__in=ENDED_STATES).annotate(over_at=Coalesce("ended_at", "sent_at"))
    old = over.filter(over_at__lt=before).order_by("over_at").values_list("pk", flat=True)[:limit]
    keys = list(old)
    Message.objects.filter(pk__in=keys).delete()
    return len(keys)


@transaction.atomic
def _update_unlocked(rows: MessageQuerySet, **values: object) -> int:
    unlocked = rows.select_for_update(skip_locked=True).order_by()
    return Message.objects.filter(pk__in=unlocked.values("pk")).update(**values)


@transaction.atomic
def _suppress_batch(now: datetime) -> int:
    rows = Message.objects.expired(now).select_related("fallback_for").order_by("expires_at")
    found = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH_SIZE])
    groups: dict[Message.Reason, list[int]] = {}
    for message in found:
        groups.setdefault(_suppression_reason(message), []).append(message.pk)
    for reason, keys in groups.items():
        Message.objects.filter(pk__in=keys).update(**transitions.suppressed(reason=reason, now=now))
    fallbacks.release(groups.get(Reason.TOO_LATE, []), now=now)
    return len(found)


def _suppression_reason(message: Message) -> Message.Reason:
    if message.reason == Reason.WITHDRAWN:
        return Reason.WITHDRAWN
    first = message.fallback_for if message.is_dormant else None
    return Reason.NOT_NEEDED if first and first.state in (State.SENT, State.DELIVERED) else Reason.TOO_LATE
