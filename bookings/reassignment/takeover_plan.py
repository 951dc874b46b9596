"""Bookings that can be taken over from a colleague, and a proposal who takes which."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from advisors.availability.queries import calendars_for
from advisors.availability.slots import BusyPeriod, Calendar, Slot, SlotQuery, Span, free_slots
from advisors.models import Absence, Advisor
from bookings.models import Booking
from bookings.reassignment.conflicts import Conflict, conflicts_for, reassign_query
from core.actors import Actor
from organisation.models import Policy


@dataclass(frozen=True, kw_only=True)
class TakeoverRow:
    """A booking with the colleagues who are free, and the advisor who is proposed."""

    conflict: Conflict
    proposed_advisor_id: int | None


def bookings_to_take_over(advisor: Advisor, span: Span, *, now: datetime) -> list[Booking]:
    """Booked appointments that overlap the span and are not over, by start; one that is under way is included."""
    bookings = Booking.objects.booked().filter(
        advisor=advisor, starts_at__lt=span.end, ends_at__gt=max(span.start, now)
    )
    relations = "invitation__application__candidate", "invitation__application__rejection", "advisor__user"
    return list(bookings.select_related(*relations).order_by("starts_at", "pk"))


def is_covered_by_absence(advisor: Advisor, span: Span) -> bool:
    """True when one absence covers the whole span."""
    return Absence.objects.filter(advisor=advisor, starts_at__lte=span.start, ends_at__gte=span.end).exists()


def takeover_rows(
    advisor: Advisor, span: Span, *, me: Advisor | None, actor: Actor, now: datetime
) -> list[TakeoverRow]:
    """Bookings to take over with a proposed advisor, preferably `me`; a constant number of statements."""
    conflicts = conflicts_for(bookings_to_take_over(advisor, span, now=now), actor=actor, now=now)
    if not conflicts:
        return []
    policy = Policy.objects.current()
    period = SlotQuery(earliest=now, latest=max(now, conflicts[-1].booking.starts_at))
    calendars = calendars_for(Advisor.objects.active(), period, policy=policy)
    proposer = _Proposer({calendar.advisor_id: calendar for calendar in calendars}, me.pk if me else None)
    return [
        TakeoverRow(
            conflict=conflict,
            proposed_advisor_id=proposer.propose(conflict, reassign_query(conflict.booking, policy, now=now)),
        )
        for conflict in conflicts
    ]


class _Proposer:
    """Assigns bookings one by one, by start; an assigned booking counts as busy time for the next ones."""

    def __init__(self, calendars: dict[int, Calendar], me: int | None) -> None:
        self.calendars, self.me = calendars, me
        self.assigned: Counter[int] = Counter()

    def propose(self, conflict: Conflict, query: SlotQuery) -> int | None:
        """Prefer the advisor who takes over, then the one with the fewest bookings assigned so far."""
        if conflict.is_restricted or conflict.has_started:
            return None
        free = [colleague.advisor_id for colleague in conflict.colleagues]
        start = replace(query, earliest=conflict.booking.starts_at, latest=conflict.booking.starts_at)
        for advisor_id in sorted(free, key=lambda key: (key != self.me, self.assigned[key], key)):
            if slots := free_slots(self.calendars[advisor_id], start):
                self._assign(slots[0])
                return advisor_id
        return None

    def _assign(self, slot: Slot) -> None:
        calendar = self.calendars[slot.advisor_id]
        busy = BusyPeriod(slot.busy_from, slot.busy_until, talk=Span(slot.starts_at, slot.ends_at))
        self.calendars[slot.advisor_id] = replace(calendar, busy=(*calendar.busy, busy))
        self.assigned[slot.advisor_id] += 1
