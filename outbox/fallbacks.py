"""What stands by for a message that may fail: leaves when that one did not arrive, and only then.

Always after the message itself, in the same transaction: whoever locks both locks them in that order.
"""

from collections.abc import Collection
from datetime import datetime

from outbox import transitions
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.queue import wake


def release(firsts: Collection[int], *, now: datetime) -> int:
    """These messages (keys) will not arrive: what stands by for them may leave now. Returns how many.

    What is of no use any more is left to who gives it up, so that two who do so never wait for each other.
    """
    released = _of(firsts).useful(now).update(is_standby=False, not_before=now)
    if released:
        wake()
    return released


def suppress(firsts: Collection[int], *, reason: Message.Reason, now: datetime) -> int:
    """Nothing leaves instead of these messages (keys) any more. Returns how many."""
    return _of(firsts).update(**transitions.suppressed(reason=reason, now=now))


def _of(firsts: Collection[int]) -> MessageQuerySet:
    return Message.objects.filter(fallback_for__in=firsts, is_standby=True, state=Message.State.QUEUED)
