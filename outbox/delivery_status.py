"""What a provider says later about a message that left: by a callback, or by a mail that came back.

Reports come twice, late and out of order, so each is one conditional UPDATE that only goes up: queued, sending and
suppressed (it left all the same), sent, and then the end. Of a text the phone has the last word: delivered holds. Of a
letter a bounce has it: "delivered" only means that the next server took it. A letter keeps its name when it is sent
again, so a report of before may come in between.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from outbox import fallbacks, transitions
from outbox.models import Message

Channel, State = Message.Channel, Message.State
UNDER_WAY = (State.QUEUED, State.SENDING, State.SUPPRESSED)  # as far as we know

NOT_TRIED = Q(channel=Channel.MAIL, state__in=(State.QUEUED, State.SUPPRESSED), attempts=0)  # ... since it was put back
SKEW = timedelta(minutes=5)  # by which the clock of another server may differ from ours


def is_of_this_sending(message: Message, *, recipients: Collection[str], happened_at: datetime | None) -> bool:
    """Whether a report on a letter can be about how it was sent last: it may have been sent again since, elsewhere.

    What a report does not say stands in no way.
    """
    named = {_alike(recipient) for recipient in recipients if recipient}
    if named and _alike(message.recipient) not in named:
        return False
    return not (happened_at and message.sending_at and happened_at < message.sending_at - SKEW)


def record_accepted(*, message: Message, provider_id: str, now: datetime) -> bool:
    """The provider has it, also when we did not hear so while sending; it is not sent again. False: known already."""
    row = Message.objects.filter(pk=message.pk)
    if row.filter(state__in=UNDER_WAY).update(**transitions.sent(now=now), ended_at=None, provider_id=provider_id):
        return True
    row.filter(provider_id="").update(provider_id=provider_id)
    return False


@transaction.atomic
def record_delivered(*, message: Message, now: datetime) -> bool:
    """It arrived: nothing leaves instead of it. False: known already, or it bounced since."""
    may_be_true = ~NOT_TRIED & ~Q(state=State.DELIVERED) & ~Q(state=State.FAILED, channel=Channel.MAIL)
    sent = transitions.sent(now=now) | {"sent_at": Coalesce(F("sent_at"), now)}
    values = sent | {"state": State.DELIVERED, "delivered_at": now, "ended_at": None}
    if not Message.objects.filter(may_be_true, pk=message.pk).update(**values):
        return False
    fallbacks.suppress([message.pk], reason=Message.Reason.NOT_NEEDED, now=now)
    return True


@transaction.atomic
def record_undelivered(*, message: Message, reason: Message.Reason, code: object = "", now: datetime) -> bool:
    """It left and did not arrive: what stands by for it leaves now. False: known already, delivered, or not needed."""
    may_be_true = Q(state__in=(State.QUEUED, State.SENDING, State.SENT)) | Q(
        state=State.DELIVERED, channel=Channel.MAIL
    )
    values = transitions.failed(reason=reason, code=str(code or "")[:20], now=now)
    if not Message.objects.filter(may_be_true & ~NOT_TRIED, pk=message.pk).update(**values):
        return False
    fallbacks.release([message.pk], now=now)
    return True


def _alike(address: str) -> str:
    """Servers write it in ASCII and in their own case."""
    local, _at, host = address.strip().lower().rpartition("@")
    try:
        return f"{local}@{host.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{host}"
