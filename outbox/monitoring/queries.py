"""Queries on the state of the worker and the outbox, for the pages and the health check."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils.translation import gettext as _

from core.actors import object_key
from organisation import queries as organisation
from outbox.clock import MAX_CLOCK_SKEW
from outbox.models import Heartbeat, Message
from outbox.models.message import LONG_AGO, MessageQuerySet
from outbox.monitoring.overdue import overdue_messages

MAX_HEARTBEAT_AGE = timedelta(minutes=2)
MAX_CLOCK_DIFFERENCE = timedelta(minutes=1)
RECENT = timedelta(days=30)
State = Message.State
SENT_STATES = (State.SENDING, State.SENT, State.DELIVERED)
OLDEST_FIRST = ("waiting", "late", "standby")


@dataclass(frozen=True)
class OutboxSummary:
    """Numbers of messages per state; failures and uncertain ones of the past month."""

    waiting: int
    next_at: datetime | None
    dormant: int  # fallbacks that are not needed yet
    sending: int
    failed: int
    uncertain: int
    unclear: int  # with a report that could not be read


@dataclass(frozen=True)
class FailureGroup:
    """Messages of one kind that failed for one reason and can be sent again."""

    kind: str
    reason: str
    count: int

    @property
    def reason_label(self) -> str:
        return str(Message.Reason(self.reason).label)


@dataclass(frozen=True)
class MessageEvent:
    """Event in the history of a message, or one that is planned (`is_ahead`)."""

    at: datetime
    label: str
    detail: str = ""
    is_ahead: bool = False


def is_worker_alive(now: datetime) -> bool:
    """True after a recent heartbeat. One in the future comes from a wrong clock and does not count."""
    return Heartbeat.objects.filter(beat_at__gte=now - MAX_HEARTBEAT_AGE, beat_at__lte=now + MAX_CLOCK_SKEW).exists()


def clock_difference(now: datetime) -> timedelta:
    """Lead of this machine's clock over the database's, negative when behind; zero when it is a minute at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        (found,) = cursor.fetchone()
    database_now = found if isinstance(found, datetime) else datetime.fromisoformat(f"{found}+00:00")  # SQLite: text
    difference = now - database_now
    return difference if abs(difference) > MAX_CLOCK_DIFFERENCE else timedelta(0)


def all_recipients() -> list[tuple[str, str]]:
    """(address or number, name) of every recipient."""
    names = Message.objects.order_by("recipient_name", "recipient").values_list("recipient", "recipient_name")
    return list(dict(names).items())


def outbox_summary(now: datetime) -> OutboxSummary:
    """Count messages by statements that each use an index, so that a long history costs nothing."""
    rows, recent = Message.objects.order_by(), now - RECENT
    waiting = rows.filter(state=State.QUEUED, is_dormant=False).aggregate(count=Count("pk"), next_at=Min("not_before"))
    return OutboxSummary(
        waiting=waiting["count"],
        next_at=waiting["next_at"],
        dormant=rows.filter(state=State.QUEUED, is_dormant=True).count(),
        sending=rows.filter(state=State.SENDING, leased_until__gt=LONG_AGO).count(),
        failed=rows.filter(state=State.FAILED, ended_at__gt=recent).count(),
        uncertain=rows.filter(is_uncertain=True, created_at__gt=recent).count(),
        unclear=rows.filter(unclear_report_at__gt=recent).count(),
    )


def filter_messages(*, shown: str, channel: str, kind: str, now: datetime) -> MessageQuerySet:
    """Messages by state, transport and kind: waiting ones in the order of sending, others newest first."""
    found = overdue_messages(now) if shown == "late" else _filter_for(shown)
    if channel:
        found = found.filter(transport=channel)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("not_before", "pk") if shown in OLDEST_FIRST else found.order_by("-pk")


def failure_groups(now: datetime) -> list[FailureGroup]:
    """Failures per kind and reason, most frequent first, without messages whose fallback was sent."""
    fallbacks = Message.objects.filter(fallback_for=OuterRef("pk"), state__in=SENT_STATES)
    resendable = Message.objects.resendable(now).filter(state=State.FAILED, ended_at__isnull=False)
    found = resendable.filter(~Exists(fallbacks)).order_by()
    groups = found.values("kind", "reason").annotate(count=Count("pk")).order_by("-count", "kind", "reason")
    return [FailureGroup(**group) for group in groups]


def history_of(message: Message, *, now: datetime) -> list[MessageEvent]:
    """Events of a message, past and planned, in the order of time."""
    code = f"({message.provider_code})" if message.provider_code else ""
    reason = f"{message.get_reason_display()} {code}".strip()
    is_ahead = message.state == State.QUEUED and not message.is_dormant
    found = [
        (message.created_at, _("Written"), ""),
        (message.first_due_at or (None if is_ahead else message.not_before), _("Was to leave"), ""),
        (message.sending_at, _("Last attempt"), ""),
        (message.sent_at, _("Sent"), ""),
        (message.delivered_at, _("Delivered"), ""),
        (message.ended_at, str(message.get_state_display()), reason),
        (message.unclear_report_at, _("A report came that we could not read"), message.unclear_report),
        (message.not_before if is_ahead else None, _("May leave from"), reason),
        (message.expires_at if message.state in (State.QUEUED, State.SENDING) else None, _("Of no use after"), ""),
    ]
    lines = [organisation.audit_line(event) for event in organisation.audit_events({"about": object_key(message)})]
    found += [(line.event.at, line.action, line.by) for line in lines if line.event.result == "done"]
    events = [MessageEvent(at, label, detail, is_ahead=at > now) for at, label, detail in found if at]
    return sorted(events, key=lambda event: event.at)


def _filter_for(shown: str) -> MessageQuerySet:
    conditions = {
        "waiting": Q(state=State.QUEUED, is_dormant=False),
        "standby": Q(state=State.QUEUED, is_dormant=True),
        "uncertain": Q(is_uncertain=True),
        "unclear": Q(unclear_report_at__isnull=False),
        **{state: Q(state=state) for state in State.values if state != State.QUEUED},
    }
    return Message.objects.filter(conditions.get(shown, Q()))
