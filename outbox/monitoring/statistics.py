"""Numbers of messages and waiting times of the past days, per kind and per transport."""

from collections import defaultdict
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from outbox.labels import kind_label
from outbox.models import Message
from outbox.models.message import MessageQuerySet

State = Message.State
MAX_WAITS = 20_000  # messages whose waiting time is read


@dataclass(frozen=True)
class MessageCounts:
    """Numbers of messages per state."""

    sent: int = 0  # including delivered
    delivered: int = 0  # as reported
    failed: int = 0
    suppressed: int = 0
    uncertain: int = 0  # perhaps sent twice

    def __add__(self, other: "MessageCounts") -> "MessageCounts":
        return MessageCounts(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class MessageStatistics:
    """Statistics of one kind on one transport, or of a whole transport."""

    kind: str  # "" for a whole transport
    transport: str
    counts: MessageCounts
    wait_minutes: float | None  # median; None when nothing was sent

    @property
    def label(self) -> str:
        return kind_label(self.kind)


def message_statistics(now: datetime, *, days: int) -> tuple[list[MessageStatistics], list[MessageStatistics]]:
    """Statistics per transport, and per kind and transport in alphabetical order, of messages due in these days."""
    annotated = Message.objects.annotate(due_at=Coalesce("first_due_at", "not_before"))
    due = annotated.filter(due_at__gt=now - timedelta(days=days), due_at__lte=now, is_dormant=False).order_by()
    counts = {(row.pop("kind"), row.pop("transport")): MessageCounts(**row) for row in _count_per_kind(due)}
    sent = due.filter(sent_at__isnull=False).order_by("-sent_at")
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for kind, transport, due_at, sent_at in sent.values_list("kind", "transport", "due_at", "sent_at")[:MAX_WAITS]:
        waits[kind, transport].append(max((sent_at - due_at).total_seconds(), 0) / 60)
    kinds = [MessageStatistics(*key, counts[key], _median(waits[key])) for key in counts]
    transports = [_transport_statistics(transport, kinds, waits) for transport in Message.Transport.values]
    kinds.sort(key=lambda figure: (figure.label, figure.transport))
    return transports, kinds


def _count_per_kind(due: MessageQuerySet) -> list[dict[str, Any]]:
    rows = due.values("kind", "transport").annotate(
        sent=Count("pk", filter=Q(state__in=(State.SENT, State.DELIVERED))),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        suppressed=Count("pk", filter=Q(state=State.SUPPRESSED)),
        uncertain=Count("pk", filter=Q(is_uncertain=True)),
    )
    return [{**row} for row in rows]


def _transport_statistics(
    transport: str, kinds: list[MessageStatistics], waits: dict[tuple[str, str], list[float]]
) -> MessageStatistics:
    mine = [figure for figure in kinds if figure.transport == transport]
    all_waits = [wait for figure in mine for wait in waits[figure.kind, transport]]
    return MessageStatistics(
        "", transport, sum((figure.counts for figure in mine), MessageCounts()), _median(all_waits)
    )


def _median(waits: list[float]) -> float | None:
    return median(waits) if waits else None
