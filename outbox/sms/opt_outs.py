"""Opt-outs from SMS. Stored by keyed digest of the number, so they outlive the erasure of a person."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from outbox import fallbacks, transitions
from outbox.models import Message, OptOut
from outbox.phone_hash import keyed_digest, keyed_digests


def is_opted_out(number: str) -> bool:
    return _active_opt_outs(number).exists()


@transaction.atomic
def opt_out(number: str, *, now: datetime) -> int:
    """Send no SMS to this number from now on; suppress the queued ones, release their fallbacks. Returns how many.

    Queued SMS are locked first, so that a worker cannot claim one whose fallback is released. An SMS that may have
    been sent is left to the worker: it looks it up first, and then sends neither the SMS nor its fallback.
    """
    stopped = {"stopped_at": now, "ended_at": None}
    OptOut.objects.update_or_create(number_digest=keyed_digest(number), defaults=stopped)
    queued = Message.objects.queued().filter(transport=Message.Transport.SMS, recipient=number, is_uncertain=False)
    keys = list(queued.select_for_update().order_by("pk").values_list("pk", flat=True))
    ended = queued.filter(pk__in=keys).update(**transitions.suppressed(reason=Message.Reason.OPTED_OUT, now=now))
    fallbacks.release(keys, now=now)
    return ended


def opt_in(number: str, *, now: datetime) -> None:
    """Allow SMS to this number again; those that were suppressed stay so."""
    _active_opt_outs(number).update(ended_at=now)


def _active_opt_outs(number: str) -> QuerySet[OptOut]:
    """Opt-outs of this number, also those stored under an earlier LINK_SECRET."""
    return OptOut.objects.filter(number_digest__in=keyed_digests(number), ended_at__isnull=True)
