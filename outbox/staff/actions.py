"""What a person may do to a message: send again what failed or was stopped, and stop what waits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Left

from core.actors import Actor
from core.errors import Refusal
from organisation import audit
from organisation.audit import refusals_recorded
from outbox import errors
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.provider_ids import LONGEST, MARK
from outbox.queue import wake

State, Reason = Message.State, Message.Reason
AT_ONCE = 5000  # in one act; who sends again so many presses once more for the rest
LEFT = (State.SENDING, State.SENT, State.DELIVERED)
IS_EARLIER = Q(provider_id__startswith=MARK)
KNOWN_TO_HAVE_FAILED = (  # the provider said so
    ~Q(provider_id="") & ~IS_EARLIER & Q(state=State.FAILED, channel=Message.Channel.SMS)
)

# It is not looked up, a report about what left then is not about what leaves now, and that is counted anew.
CAME_TO_NOTHING = {
    "is_uncertain": False,
    "provider_id": Left(Concat(Value(MARK), F("provider_id")), LONGEST),
    "segments": 0,
    "cost": 0,
}


def send_again(message: Message, *, actor: Actor, now: datetime) -> None:
    """A message that failed or was stopped waits anew, as if it was never tried.

    What may have left already is looked up at the provider of texts before it leaves, unless that one told us that it
    did not arrive: it would be found again and again. A letter keeps its Message-ID.
    Raises NotEnded, NoLongerTrue, TooLate, WordsGone, StandsBy, ToldOtherwise.
    """
    with refusals_recorded("message.send_again", message, actor=actor, now=now), transaction.atomic():
        if not _put_back(Message.objects.filter(pk=message.pk), now=now):
            raise why_not_again(Message.objects.get(pk=message.pk), now=now) or errors.ToldOtherwise
        audit.record("message.send_again", message, actor=actor, now=now)
        wake()


def send_all_again(*, kind: str, reason: str, actor: Actor, now: datetime) -> int:
    """Everything of this kind that failed for this reason waits anew, up to AT_ONCE. Returns how many.

    Raises NothingToRepeat.
    """
    about = f"messages:{kind}"
    with refusals_recorded("message.send_again", about, actor=actor, now=now), transaction.atomic():
        back = _put_back(Message.objects.filter(state=State.FAILED, kind=kind, reason=reason), now=now)
        if not back:
            raise errors.NothingToRepeat
        audit.record_each("message.send_again", back, actor=actor, now=now)
        wake()
    return len(back)


def stop(message: Message, *, actor: Actor, now: datetime) -> None:
    """A message that waits does not leave, nor does what stands by for it. Raises LeavingNow, NotWaiting, StandsBy."""
    with refusals_recorded("message.stop", message, actor=actor, now=now), transaction.atomic():
        stopped = {"state": State.SUPPRESSED, "reason": Reason.STOPPED, "ended_at": now}  # its words stay for a while
        waiting = Message.objects.waiting()
        if not waiting.filter(pk=message.pk, is_standby=False).update(**stopped):
            raise _why_not_stopped(Message.objects.get(pk=message.pk))
        waiting.filter(fallback_for=message.pk, is_standby=True).update(**stopped)
        audit.record("message.stop", message, actor=actor, now=now)


def why_not_again(message: Message, *, now: datetime) -> Refusal | None:
    """What stands in the way of sending it again, as far as its own row tells."""
    if message.is_standby:
        return errors.StandsBy()
    if not Message.objects.filter(pk=message.pk).repeatable().exists():
        return errors.NotEnded()
    if message.useless_after and message.useless_after <= message.created_at:  # so a withdrawal marks it
        return errors.NoLongerTrue()
    if message.useless_after and message.useless_after <= now:
        return errors.TooLate()
    if not message.text:
        return errors.WordsGone()
    return None


def _put_back(wanted: MessageQuerySet, *, now: datetime) -> list[Message]:
    """Those of the wanted that may be sent again wait; each is locked first, then what stands by for it.

    A letter that has not left in place of a text stands by for it anew; where it has left, nothing changes.
    """
    rows = list(wanted.sendable_again(now).select_for_update().order_by("pk")[:AT_ONCE])
    told = _told_otherwise([row.pk for row in rows])
    back = [row for row in rows if row.pk not in told]
    keys = [row.pk for row in back]
    Message.objects.filter(KNOWN_TO_HAVE_FAILED, pk__in=keys).update(**CAME_TO_NOTHING)
    Message.objects.filter(pk__in=keys).update(**_anew(now))
    _stand_by_again(keys)
    return back


def _told_otherwise(keys: Collection[int]) -> set[int]:
    """Those in whose place something leaves or has left; the others cannot any more, as we hold what would."""
    others = Message.objects.filter(fallback_for__in=keys).select_for_update().order_by("pk")
    return {other.fallback_for_id for other in others if other.fallback_for_id and other.state in LEFT}


def _stand_by_again(keys: Collection[int]) -> None:
    of_these = Message.objects.filter(fallback_for__in=keys)
    of_these.waiting().update(is_standby=True)
    stopped = of_these.filter(state=State.SUPPRESSED, reason=Reason.STOPPED, is_standby=True)
    stopped.exclude(text="").update(state=State.QUEUED, reason="", ended_at=None)


def _anew(now: datetime) -> dict[str, Any]:
    return {
        "state": State.QUEUED,
        "reason": "",
        "provider_code": "",
        "provider_id": Case(When(IS_EARLIER, then=F("provider_id")), default=Value("")),
        "attempts": 0,
        "not_before": now,
        "first_due_at": None,
        "sent_at": None,
        "asked_at": None,
        "ended_at": None,
    }


def _why_not_stopped(message: Message) -> Refusal:
    if message.is_standby and message.state == State.QUEUED:
        return errors.StandsBy()
    return errors.LeavingNow() if message.state == State.SENDING else errors.NotWaiting()
