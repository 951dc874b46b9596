"""What left in the past days, per kind and per channel."""

from collections import defaultdict
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from outbox.labels import kind_in_words
from outbox.models import Message
from outbox.models.message import MessageQuerySet

State = Message.State
LATEST = 20_000  # messages of which the wait is looked at


@dataclass(frozen=True)
class Counts:
    sent: int = 0  # also what arrived
    delivered: int = 0  # as far as anybody reports it
    failed: int = 0
    suppressed: int = 0
    uncertain: int = 0  # may have left twice

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Figure:
    kind: str  # "" for all of a channel
    channel: str
    counts: Counts
    wait_minutes: float | None  # half of them left sooner; None when nothing left

    @property
    def label(self) -> str:
        return kind_in_words(self.kind)


def figures(now: datetime, *, days: int) -> tuple[list[Figure], list[Figure]]:
    """Per channel, and per kind and channel in the order of their words; of what was to leave in these days."""
    meant = Message.objects.annotate(due_at=Coalesce("first_due_at", "not_before"))
    wanted = meant.filter(due_at__gt=now - timedelta(days=days), due_at__lte=now, is_standby=False).order_by()
    counts = {(row.pop("kind"), row.pop("channel")): Counts(**row) for row in _counted(wanted)}
    left = wanted.filter(sent_at__isnull=False).order_by("-sent_at")
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for kind, channel, due_at, sent_at in left.values_list("kind", "channel", "due_at", "sent_at")[:LATEST]:
        waits[kind, channel].append(max((sent_at - due_at).total_seconds(), 0) / 60)
    kinds = [Figure(*key, counts[key], _middle(waits[key])) for key in counts]
    channels = [_of_channel(channel, kinds, waits) for channel in Message.Channel.values]
    kinds.sort(key=lambda figure: (figure.label, figure.channel))
    return channels, kinds


def _counted(wanted: MessageQuerySet) -> list[dict[str, Any]]:
    rows = wanted.values("kind", "channel").annotate(
        sent=Count("pk", filter=Q(state__in=(State.SENT, State.DELIVERED))),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        suppressed=Count("pk", filter=Q(state=State.SUPPRESSED)),
        uncertain=Count("pk", filter=Q(is_uncertain=True)),
    )
    return [{**row} for row in rows]


def _of_channel(channel: str, kinds: list[Figure], waits: dict[tuple[str, str], list[float]]) -> Figure:
    mine = [figure for figure in kinds if figure.channel == channel]
    all_waits = [wait for figure in mine for wait in waits[figure.kind, channel]]
    return Figure("", channel, sum((figure.counts for figure in mine), Counts()), _middle(all_waits))


def _middle(waits: list[float]) -> float | None:
    return median(waits) if waits else None
