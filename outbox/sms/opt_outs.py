"""Who answered STOP gets no texts any more. Kept by a keyed digest, so it outlives the erasure of a person."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from outbox import fallbacks, transitions
from outbox.models import Message, OptOut
from outbox.phone_hash import digest_of, digests_of


def is_stopped(number: str) -> bool:
    return _standing(number).exists()


@transaction.atomic
def stop(number: str, *, now: datetime) -> int:
    """No text to this number from here on. What waits does not leave, what stands by for it does. Returns how many.

    What may have left is looked up first, as always; then it does not leave again, and its letter not beside it.
    What waits is locked first: a text that a worker claims meanwhile does not leave together with its letter.
    """
    stopped = {"stopped_at": now, "ended_at": None}
    OptOut.objects.update_or_create(number_digest=digest_of(number), defaults=stopped)
    waiting = Message.objects.waiting().filter(channel=Message.Channel.SMS, recipient=number, is_uncertain=False)
    keys = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    ended = waiting.filter(pk__in=keys).update(**transitions.suppressed(reason=Message.Reason.OPTED_OUT, now=now))
    fallbacks.release(keys, now=now)
    return ended


def start(number: str, *, now: datetime) -> None:
    """Texts may be sent again; those that were stopped do not come after all."""
    _standing(number).update(ended_at=now)


def _standing(number: str) -> QuerySet[OptOut]:
    """Also what was written down under a LINK_SECRET of before."""
    return OptOut.objects.filter(number_digest__in=digests_of(number), ended_at__isnull=True)
