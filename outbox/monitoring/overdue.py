"""Which messages should have left by now and have not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import Count, Min
from django.db.models.functions import Coalesce

from organisation.models import Policy
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.services import office_hours_from

GRACE = timedelta(minutes=10)  # a message that is later than this is overdue
ALARM, ALL_CLEAR = "overdue", "overdue_over"  # these letters do not count themselves


@dataclass(frozen=True)
class Lateness:
    """How many messages have not left, since when the first of them should have, and why most of them did not.

    A provider that is away is asked once in a run: the others wait without a reason, and that one is theirs as well.
    """

    count: int = 0
    since: datetime | None = None
    reason: str = ""  # a Message.Reason; "" when nobody has tried one yet

    @classmethod
    def at(cls, now: datetime, *, by: timedelta = timedelta(0)) -> Self:
        """Only what is more than `by` late."""
        found = late(now, by=by).order_by()
        groups = list(found.values("reason").annotate(count=Count("pk"), since=Min("due_at")).order_by("-count"))
        if not groups:
            return cls()
        since = min(group["since"] for group in groups)
        reason = next((group["reason"] for group in groups if group["reason"]), "")
        return cls(count=sum(group["count"] for group in groups), since=since, reason=reason)

    def seconds(self, now: datetime) -> int:
        return int((now - self.since).total_seconds()) if self.since else 0

    @property
    def reason_in_words(self) -> str:
        return str(Message.Reason(self.reason).label) if self.reason else ""


def late(now: datetime, *, by: timedelta = timedelta(0)) -> MessageQuerySet:
    """Annotated with `due_at`, the moment at which it was meant to leave: attempts that failed do not move that one.

    What is leaving at this moment has not left. A letter for office hours is late ten minutes after they began.
    """
    under_way = Message.objects.under_way(now).exclude(kind__in=(ALARM, ALL_CLEAR))
    rows = under_way.annotate(due_at=Coalesce("first_due_at", "not_before")).filter(due_at__lte=now - by)
    times = Policy.objects.current().times
    is_open = all(office_hours_from(moment, times) == moment for moment in (now, now - GRACE))
    return rows if is_open else rows.filter(only_at_office_hours=False)
