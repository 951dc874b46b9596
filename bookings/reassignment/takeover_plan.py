"""What there is to take over from a colleague, and a proposal of who takes what."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from advisors.availability.queries import calendars_of
from advisors.availability.slots import Calendar, Question, Slot, Span, Taken, free_slots
from advisors.models import Absence, Advisor
from bookings.models import Booking
from bookings.reassignment.conflicts import Hit, hits_among, question_for
from core.actors import Actor
from organisation.models import Policy


@dataclass(frozen=True, kw_only=True)
class Row:
    """A talk, who could take it, and who takes it when everybody also takes what was proposed before."""

    hit: Hit
    proposed: int | None  # an advisor's key


def talks_to_take_over(advisor: Advisor, span: Span, *, now: datetime) -> list[Booking]:
    """Standing talks of which a part lies in this time and that are not over, also one under way; in order of time."""
    talks = Booking.objects.standing().filter(advisor=advisor, starts_at__lt=span.end, ends_at__gt=max(span.start, now))
    people = "invitation__application__candidate", "invitation__application__rejection", "advisor__user"
    return list(talks.select_related(*people).order_by("starts_at", "pk"))


def is_absent(advisor: Advisor, span: Span) -> bool:
    """One absence holds all of this time."""
    return Absence.objects.filter(advisor=advisor, starts_at__lte=span.start, ends_at__gte=span.end).exists()


def rows_of(advisor: Advisor, span: Span, *, me: Advisor | None, actor: Actor, now: datetime) -> list[Row]:
    """A constant number of statements, whatever the number of talks and colleagues."""
    hits = hits_among(talks_to_take_over(advisor, span, now=now), actor=actor, now=now)
    if not hits:
        return []
    policy = Policy.objects.current()
    asked = Question(earliest=now, latest=max(now, hits[-1].booking.starts_at))
    calendars = calendars_of(Advisor.objects.active(), asked, policy=policy)
    proposal = _Proposal({calendar.advisor_id: calendar for calendar in calendars}, me.pk if me else None)
    questions = [question_for(hit.booking, policy, now=now) for hit in hits]
    return [Row(hit=hit, proposed=proposal.of(hit, question)) for hit, question in zip(hits, questions, strict=True)]


class _Proposal:
    """Goes through the talks in order of time; what was proposed counts as taken for the next one."""

    def __init__(self, calendars: dict[int, Calendar], me: int | None) -> None:
        self.calendars, self.me = calendars, me
        self.given: Counter[int] = Counter()

    def of(self, hit: Hit, question: Question) -> int | None:
        """Who takes over comes first, then who was given least."""
        able = [] if hit.is_barred or hit.has_started else [colleague.advisor_id for colleague in hit.colleagues]
        for advisor_id in sorted(able, key=lambda key: (key != self.me, self.given[key], key)):
            moment = replace(question, earliest=hit.booking.starts_at, latest=hit.booking.starts_at)
            if slots := free_slots(self.calendars[advisor_id], moment):
                self._give(slots[0])
                return advisor_id
        return None

    def _give(self, slot: Slot) -> None:
        calendar = self.calendars[slot.advisor_id]
        taken = Taken(slot.busy_from, slot.busy_until, talk=Span(slot.starts_at, slot.ends_at))
        self.calendars[slot.advisor_id] = replace(calendar, taken=(*calendar.taken, taken))
        self.given[slot.advisor_id] += 1
