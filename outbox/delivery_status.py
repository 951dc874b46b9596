"""Record what a provider reports later about a sent message, by a webhook or a bounce.

Reports come twice, late and out of order, so each is one conditional UPDATE that only moves forward: queued, sending
or suppressed (it was sent all the same), then sent, then the end. Of an SMS "delivered" is final. Of an e-mail a bounce
is final: "delivered" only means that the next server accepted it. An e-mail keeps its Message-ID when it is sent again,
so a report about an earlier attempt may come in between.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from core.mail_addresses import to_ascii_host
from outbox import fallbacks, transitions
from outbox.models import Message

Transport, State = Message.Transport, Message.State
NOT_KNOWN_AS_SENT = (State.QUEUED, State.SENDING, State.SUPPRESSED)
NOT_TRIED = Q(
    transport=Transport.MAIL, state__in=(State.QUEUED, State.SUPPRESSED), attempts=0
)  # or sent again since, and not tried
SERVER_CLOCK_SKEW = timedelta(minutes=5)  # of other mail servers


def is_about_last_attempt(message: Message, *, recipients: Collection[str], happened_at: datetime | None) -> bool:
    """False when a report on an e-mail names another recipient or an earlier time than those of the last attempt.

    What the report leaves out is not compared.
    """
    named = {_normalised(recipient) for recipient in recipients if recipient}
    if named and _normalised(message.recipient) not in named:
        return False
    return not (happened_at and message.sending_at and happened_at < message.sending_at - SERVER_CLOCK_SKEW)


def record_accepted(*, message: Message, provider_id: str, now: datetime) -> bool:
    """Record that the provider accepted it, so that it is not sent again. False when that is known already."""
    row = Message.objects.filter(pk=message.pk)
    if row.filter(state__in=NOT_KNOWN_AS_SENT).update(
        **transitions.sent(now=now), ended_at=None, provider_id=provider_id
    ):
        return True
    row.filter(provider_id="").update(provider_id=provider_id)
    return False


@transaction.atomic
def record_delivered(*, message: Message, now: datetime) -> bool:
    """Record that it arrived, and suppress its fallback. False when that is known already, or it bounced since."""
    is_possible = ~NOT_TRIED & ~Q(state=State.DELIVERED) & ~Q(state=State.FAILED, transport=Transport.MAIL)
    sent = transitions.sent(now=now) | {"sent_at": Coalesce(F("sent_at"), now)}
    values = sent | {"state": State.DELIVERED, "delivered_at": now, "ended_at": None}
    if not Message.objects.filter(is_possible, pk=message.pk).update(**values):
        return False
    fallbacks.suppress([message.pk], reason=Message.Reason.NOT_NEEDED, now=now)
    return True


@transaction.atomic
def record_undelivered(*, message: Message, reason: Message.Reason, code: object = "", now: datetime) -> bool:
    """Record that it did not arrive, and release its fallback. False when known already, delivered, or not needed."""
    is_possible = Q(state__in=(State.QUEUED, State.SENDING, State.SENT)) | Q(
        state=State.DELIVERED, transport=Transport.MAIL
    )
    values = transitions.failed(reason=reason, code=str(code or "")[:20], now=now)
    if not Message.objects.filter(is_possible & ~NOT_TRIED, pk=message.pk).update(**values):
        return False
    fallbacks.release([message.pk], now=now)
    return True


def _normalised(address: str) -> str:
    """Lower case and IDNA, because servers report addresses in either form."""
    local, _at, host = address.strip().lower().rpartition("@")
    try:
        return f"{local}@{to_ascii_host(host)}"
    except UnicodeError:
        return f"{local}@{host}"
