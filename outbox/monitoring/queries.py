"""How the worker and the outbox are doing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils.translation import gettext as _

from core.actors import key_of
from organisation import queries as organisation
from outbox.clock import CLOCKS_DIFFER
from outbox.models import Heartbeat, Message
from outbox.models.message import LONG_AGO, MessageQuerySet
from outbox.monitoring.overdue import late

HEARD_WITHIN = timedelta(minutes=2)
RECENTLY = timedelta(days=30)
State = Message.State
LEFT = (State.SENDING, State.SENT, State.DELIVERED)
SOONEST_FIRST = ("waiting", "late", "standby")


@dataclass(frozen=True)
class Standing:
    """How many of what, failures and doubts of the past month."""

    waiting: int
    next_at: datetime | None
    standing_by: int
    leaving: int
    failed: int
    uncertain: int


@dataclass(frozen=True)
class Failures:
    """Messages of one kind that failed for one reason and can be sent again."""

    kind: str
    reason: str
    count: int

    @property
    def because(self) -> str:
        return str(Message.Reason(self.reason).label)


@dataclass(frozen=True)
class Event:
    """Something in the life of a message; what is still to come has `is_ahead`."""

    at: datetime
    label: str
    detail: str = ""
    is_ahead: bool = False


def last_heartbeat_within(now: datetime) -> bool:
    """A beat that lies ahead is of a clock that was wrong; it would hide for long that nobody lives."""
    return Heartbeat.objects.filter(beat_at__gte=now - HEARD_WITHIN, beat_at__lte=now + CLOCKS_DIFFER).exists()


def readers() -> list[tuple[str, str]]:
    """Address or number, and name, of everybody to whom something was written."""
    names = Message.objects.order_by("recipient_name", "recipient").values_list("recipient", "recipient_name")
    return list(dict(names).items())


def standing(now: datetime) -> Standing:
    """In statements of which each has its index, so that a long history costs nothing."""
    rows, recent = Message.objects.order_by(), now - RECENTLY
    waiting = rows.filter(state=State.QUEUED, is_standby=False).aggregate(count=Count("pk"), next_at=Min("not_before"))
    return Standing(
        waiting=waiting["count"],
        next_at=waiting["next_at"],
        standing_by=rows.filter(state=State.QUEUED, is_standby=True).count(),
        leaving=rows.filter(state=State.SENDING, leased_until__gt=LONG_AGO).count(),
        failed=rows.filter(state=State.FAILED, ended_at__gt=recent).count(),
        uncertain=rows.filter(is_uncertain=True, created_at__gt=recent).count(),
    )


def messages_of(*, shown: str, channel: str, kind: str, now: datetime) -> MessageQuerySet:
    """What waits by its moment, the next to leave first; everything else newest first."""
    found = late(now) if shown == "late" else _shown(shown)
    if channel:
        found = found.filter(channel=channel)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("not_before", "pk") if shown in SOONEST_FIRST else found.order_by("-pk")


def failures(now: datetime) -> list[Failures]:
    """The most frequent first; without those in whose place a letter has left."""
    told = Message.objects.filter(fallback_for=OuterRef("pk"), state__in=LEFT)
    again = Message.objects.sendable_again(now).filter(state=State.FAILED, ended_at__isnull=False)
    found = again.filter(~Exists(told)).order_by()
    groups = found.values("kind", "reason").annotate(count=Count("pk")).order_by("-count", "kind", "reason")
    return [Failures(**group) for group in groups]


def life_of(message: Message, *, now: datetime) -> list[Event]:
    """From when it was written to what is still to come, in the order of time."""
    code = f"({message.provider_code})" if message.provider_code else ""
    reason = f"{message.get_reason_display()} {code}".strip()
    is_ahead = message.state == State.QUEUED and not message.is_standby
    found = [
        (message.created_at, _("Written"), ""),
        (message.first_due_at or (None if is_ahead else message.not_before), _("Was to leave"), ""),
        (message.sending_at, _("Last attempt"), ""),
        (message.sent_at, _("Sent"), ""),
        (message.delivered_at, _("Delivered"), ""),
        (message.ended_at, str(message.get_state_display()), reason),
        (message.not_before if is_ahead else None, _("May leave from"), reason),
        (message.useless_after if message.state in (State.QUEUED, State.SENDING) else None, _("Of no use after"), ""),
    ]
    lines = [organisation.line_of(event) for event in organisation.trail({"about": key_of(message)})]
    found += [(line.event.at, line.action, line.by) for line in lines if line.event.result == "done"]
    events = [Event(at, label, detail, is_ahead=at > now) for at, label, detail in found if at]
    return sorted(events, key=lambda event: event.at)


def _shown(shown: str) -> MessageQuerySet:
    words = {
        "waiting": Q(state=State.QUEUED, is_standby=False),
        "standby": Q(state=State.QUEUED, is_standby=True),
        "uncertain": Q(is_uncertain=True),
        **{state: Q(state=state) for state in State.values if state != State.QUEUED},
    }
    return Message.objects.filter(words.get(shown, Q()))
