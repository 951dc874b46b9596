"""Whether a moment that somebody's calendar proposed can be had: the same question as on the page that moves a talk."""

from datetime import datetime

from bookings.appointments.book import alternatives_for
from bookings.appointments.move import may_move
from bookings.appointments.reschedule import moments_to_reschedule
from bookings.availability.queries import slots_for
from bookings.calendar.itip import Proposal
from bookings.models import Booking
from bookings.requests import Wish
from organisation.models import Policy


def judge_for_candidate(booking: Booking, starts_at: datetime, policy: Policy, *, now: datetime) -> Proposal:
    """With the same advisor, in the same way; what is free instead may be with somebody else."""
    if not may_move(booking, policy, now):
        return Proposal(starts_at=starts_at, is_free=False, may_move=False)
    free = slots_for(
        booking.invitation,
        policy=policy,
        now=now,
        channel=booking.channel,
        language=booking.language,
        advisor_id=booking.advisor_id,
        instead_of=booking,
    )
    if any(slot.starts_at == starts_at for slot in free):
        return Proposal(starts_at=starts_at, is_free=True, may_move=True)
    wish = Wish(starts_at=starts_at, channel=booking.channel, language=booking.language, advisor_id=booking.advisor_id)
    others = alternatives_for(booking.invitation, wish, policy=policy, now=now, instead_of=booking)
    nearest = tuple(slot.starts_at for slot in others)
    return Proposal(starts_at=starts_at, is_free=False, may_move=True, nearest=nearest)


def judge_for_advisor(booking: Booking, starts_at: datetime, policy: Policy, *, now: datetime) -> Proposal:
    free = moments_to_reschedule(booking, policy, now=now)
    return Proposal(starts_at=starts_at, is_free=any(slot.starts_at == starts_at for slot in free), may_move=True)
