"""Actions of an application manager: resend failed or stopped messages, stop queued ones."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Left

from core.actors import Actor
from core.errors import Refusal
from organisation import audit
from organisation.audit import record_refusals
from outbox import errors
from outbox.message_ids import EARLIER_PREFIX, MAX_PROVIDER_ID
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.queue import request_delivery

State, Reason = Message.State, Message.Reason
MAX_RESENT = 5000  # per action; the rest needs another one
SENT_STATES = (State.SENDING, State.SENT, State.DELIVERED)
HAS_EARLIER_ID = Q(provider_id__startswith=EARLIER_PREFIX)
REPORTED_FAILED = (  # by the provider
    ~Q(provider_id="") & ~HAS_EARLIER_ID & Q(state=State.FAILED, transport=Message.Transport.SMS)
)

# The earlier attempt is not looked up, reports about it are ignored, and the next one is counted anew.
RESET_ATTEMPT = {
    "is_uncertain": False,
    "provider_id": Left(Concat(Value(EARLIER_PREFIX), F("provider_id")), MAX_PROVIDER_ID),
    "segments": 0,
    "cost": 0,
}


def send_again(message: Message, *, actor: Actor, now: datetime) -> None:
    """Queue a failed or stopped message as if it was never tried.

    An SMS that may have been sent is looked up at the provider first, unless the provider reported that it failed,
    as it would be found every time. Mail keeps its Message-ID.
    Raises MessageIsFallback, MessageNotEnded, MessageOutdated, MessageExpired, MessageBodyErased, FallbackAlreadySent.
    """
    with record_refusals("message.send_again", message, actor=actor, now=now), transaction.atomic():
        if not _requeue(Message.objects.filter(pk=message.pk), now=now):
            raise resend_refusal(Message.objects.get(pk=message.pk), now=now) or errors.FallbackAlreadySent
        audit.record("message.send_again", message, actor=actor, now=now)
        request_delivery()


def send_all_again(*, kind: str, reason: str, actor: Actor, now: datetime) -> int:
    """Queue every message of this kind that failed for this reason, up to MAX_RESENT. Returns how many.

    Raises NothingToResend.
    """
    about = f"messages:{kind}"
    with record_refusals("message.send_again", about, actor=actor, now=now), transaction.atomic():
        resent = _requeue(Message.objects.filter(state=State.FAILED, kind=kind, reason=reason), now=now)
        if not resent:
            raise errors.NothingToResend
        audit.record_each("message.send_again", resent, actor=actor, now=now)
        request_delivery()
    return len(resent)


def stop(message: Message, *, actor: Actor, now: datetime) -> None:
    """Stop a queued message and its fallback.

    Raises MessageBeingSent, MessageNotQueued, MessageIsFallback.
    """
    with record_refusals("message.stop", message, actor=actor, now=now), transaction.atomic():
        stopped = {"state": State.SUPPRESSED, "reason": Reason.STOPPED, "ended_at": now}  # its text stays for a while
        queued = Message.objects.queued()
        if not queued.filter(pk=message.pk, is_dormant=False).update(**stopped):
            raise _stop_refusal(Message.objects.get(pk=message.pk))
        queued.filter(fallback_for=message.pk, is_dormant=True).update(**stopped)
        audit.record("message.stop", message, actor=actor, now=now)


def resend_refusal(message: Message, *, now: datetime) -> Refusal | None:
    """Reason why a message cannot be resent, as far as its own row tells; None when it can."""
    if message.is_dormant:
        return errors.MessageIsFallback()
    if not Message.objects.filter(pk=message.pk).failed_or_stopped().exists():
        return errors.MessageNotEnded()
    if message.expires_at and message.expires_at <= message.created_at:  # the mark of a withdrawal
        return errors.MessageOutdated()
    if message.expires_at and message.expires_at <= now:
        return errors.MessageExpired()
    if not message.text:
        return errors.MessageBodyErased()
    return None


def _requeue(wanted: MessageQuerySet, *, now: datetime) -> list[Message]:
    """Queue the messages that may be resent; each is locked first, then its fallbacks.

    A fallback that was not sent becomes dormant again; a message whose fallback was sent does not change.
    """
    rows = list(wanted.resendable(now).select_for_update().order_by("pk")[:MAX_RESENT])
    replaced = _with_sent_fallback([row.pk for row in rows])
    resent = [row for row in rows if row.pk not in replaced]
    keys = [row.pk for row in resent]
    Message.objects.filter(REPORTED_FAILED, pk__in=keys).update(**RESET_ATTEMPT)
    Message.objects.filter(pk__in=keys).update(**_queued_values(now))
    _restore_fallbacks(keys)
    return resent


def _with_sent_fallback(keys: Collection[int]) -> set[int]:
    """Messages whose fallback was or is being sent; the locks keep the other fallbacks from being sent."""
    fallbacks = Message.objects.filter(fallback_for__in=keys).select_for_update().order_by("pk")
    return {row.fallback_for_id for row in fallbacks if row.fallback_for_id and row.state in SENT_STATES}


def _restore_fallbacks(keys: Collection[int]) -> None:
    fallbacks = Message.objects.filter(fallback_for__in=keys)
    fallbacks.queued().update(is_dormant=True)
    stopped = fallbacks.filter(state=State.SUPPRESSED, reason=Reason.STOPPED, is_dormant=True)
    stopped.exclude(text="").update(state=State.QUEUED, reason="", ended_at=None)


def _queued_values(now: datetime) -> dict[str, Any]:
    return {
        "state": State.QUEUED,
        "reason": "",
        "provider_code": "",
        "provider_id": Case(When(HAS_EARLIER_ID, then=F("provider_id")), default=Value("")),
        "attempts": 0,
        "not_before": now,
        "first_due_at": None,
        "sent_at": None,
        "asked_at": None,
        "ended_at": None,
    }


def _stop_refusal(message: Message) -> Refusal:
    if message.is_dormant and message.state == State.QUEUED:
        return errors.MessageIsFallback()
    return errors.MessageBeingSent() if message.state == State.SENDING else errors.MessageNotQueued()
