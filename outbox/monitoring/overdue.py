"""Messages that should have been sent by now and are not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import Count, Min
from django.db.models.functions import Coalesce

from organisation.models import Policy
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.services import earliest_office_time

GRACE = timedelta(minutes=10)  # delay after which a message counts as overdue
OVERDUE_KIND, RECOVERED_KIND = "overdue", "overdue_over"  # alerts, which are not counted themselves


@dataclass(frozen=True)
class OverdueSummary:
    """Number of overdue messages, the time at which the first was due, and the most frequent reason.

    An unreachable provider is tried once per run: the other messages have no reason, and that one counts for them.
    """

    count: int = 0
    since: datetime | None = None
    reason: str = ""  # a Message.Reason; "" when none was tried yet

    @classmethod
    def at(cls, now: datetime, *, by: timedelta = timedelta(0)) -> Self:
        """Summary of the messages that are more than `by` late."""
        found = overdue_messages(now, by=by).order_by()
        groups = list(found.values("reason").annotate(count=Count("pk"), since=Min("due_at")).order_by("-count"))
        if not groups:
            return cls()
        since = min(group["since"] for group in groups)
        reason = next((group["reason"] for group in groups if group["reason"]), "")
        return cls(count=sum(group["count"] for group in groups), since=since, reason=reason)

    def seconds(self, now: datetime) -> int:
        return int((now - self.since).total_seconds()) if self.since else 0

    @property
    def reason_label(self) -> str:
        return str(Message.Reason(self.reason).label) if self.reason else ""


def overdue_messages(now: datetime, *, by: timedelta = timedelta(0)) -> MessageQuerySet:
    """Messages more than `by` late, annotated with `due_at`, the time of the first attempt that was planned.

    Messages that are being sent count too. One for office hours is overdue ten minutes after they begin.
    """
    under_way = Message.objects.in_progress(now).exclude(kind__in=(OVERDUE_KIND, RECOVERED_KIND))
    rows = under_way.annotate(due_at=Coalesce("first_due_at", "not_before")).filter(due_at__lte=now - by)
    times = Policy.objects.current().times
    is_open = all(earliest_office_time(moment, times) == moment for moment in (now, now - GRACE))
    return rows if is_open else rows.filter(only_at_office_hours=False)
