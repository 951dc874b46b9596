"""Release or suppress fallbacks: messages that are sent only when another one does not arrive.

Always in the same transaction as the change to that other message, and after it, so that rows are locked in that order.
"""

from collections.abc import Collection
from datetime import datetime

from outbox import transitions
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.queue import request_delivery


def release(message_keys: Collection[int], *, now: datetime) -> int:
    """Let the fallbacks of these messages be sent, because the messages will not arrive. Returns how many.

    Expired ones are left to `suppress_expired`, so that two workers that suppress do not wait for each other.
    """
    released = _dormant_fallbacks(message_keys).unexpired(now).update(is_dormant=False, not_before=now)
    if released:
        request_delivery()
    return released


def suppress(message_keys: Collection[int], *, reason: Message.Reason, now: datetime) -> int:
    """Suppress the fallbacks of these messages. Returns how many."""
    return _dormant_fallbacks(message_keys).update(**transitions.suppressed(reason=reason, now=now))


def _dormant_fallbacks(message_keys: Collection[int]) -> MessageQuerySet:
    return Message.objects.filter(fallback_for__in=message_keys, is_dormant=True, state=Message.State.QUEUED)
