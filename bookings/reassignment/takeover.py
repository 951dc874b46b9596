"""Take over all bookings of an absent colleague in one period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from advisors.availability.slots import Span
from advisors.hours.services import add_absence
from advisors.models import Advisor
from bookings.errors import BookingChanged, ConflictOfInterest, TakeoverStopped, TooLateToReassign
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import ConflictAction, Resolutions, lock_agendas_for, resolve_conflict
from bookings.reassignment.conflicts import restricted_bookings
from bookings.reassignment.takeover_plan import bookings_to_take_over
from core.actors import Actor
from core.errors import Refusal
from organisation import audit


@dataclass(frozen=True, kw_only=True)
class Takeover:
    """Chosen resolutions for a colleague's bookings, each with the start that the page showed."""

    advisor: Advisor
    span: Span
    resolutions: Resolutions
    seen_starts: Mapping[int, datetime]  # by booking key
    remark: str = ""  # for the candidates
    is_absence: bool = False  # also enter the period as an absence, so that it cannot be booked


def take_over_bookings(*, takeover: Takeover, actor: Actor, now: datetime) -> list[Booking]:
    """Carry out every resolution, all or nothing, and return the bookings. Each candidate gets one message.

    Raises TakeoverStopped when the bookings are not as they were seen or when one resolution is refused, and what
    `add_absence` raises.
    """
    with audit.record_refusals("agenda.take_over", takeover.advisor, actor=actor, now=now):
        return _take_over(takeover, actor, now)


@transaction.atomic
def _take_over(takeover: Takeover, actor: Actor, now: datetime) -> list[Booking]:
    seen, resolutions, remark = takeover.seen_starts, takeover.resolutions, takeover.remark
    lock_agendas_for([takeover.advisor.pk], resolutions)
    bookings = bookings_to_take_over(takeover.advisor, takeover.span, now=now)
    if {booking.pk: booking.starts_at for booking in bookings} != seen or seen.keys() != resolutions.keys():
        raise TakeoverStopped(cause=BookingChanged())
    _check_may_change(bookings, takeover, actor, now)
    if takeover.is_absence:
        add_absence(advisor=takeover.advisor, span=takeover.span, actor=actor, now=now)
    for booking in bookings:
        resolution, reason, away = resolutions[booking.pk], Hold.Reason.CANCELLED, takeover.span
        try:
            resolve_conflict(booking, resolution, reason, remark, actor, now, away=away)
        except Refusal as refusal:
            raise TakeoverStopped(cause=refusal, starts_at=booking.starts_at) from refusal
    if bookings:
        audit.record("agenda.take_over", takeover.advisor, actor=actor, now=now)
    return bookings


def _check_may_change(bookings: list[Booking], takeover: Takeover, actor: Actor, now: datetime) -> None:
    """Refuse changes of bookings that have started, and of those whose rejection the actor gave as recruiter."""
    changed = [one for one in bookings if takeover.resolutions[one.pk].action != ConflictAction.KEEP]
    restricted = restricted_bookings(changed, actor=actor)
    for booking in changed:
        if booking.starts_at <= now:
            raise TakeoverStopped(cause=TooLateToReassign(), starts_at=booking.starts_at)
        if booking.pk in restricted:
            raise TakeoverStopped(cause=ConflictOfInterest(), starts_at=booking.starts_at)
