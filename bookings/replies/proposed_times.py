"""Check whether a time that was proposed in a calendar reply is free, by the same rules as the pages that move."""

from datetime import datetime

from bookings.appointments.book import alternatives_for
from bookings.appointments.reschedule import slots_to_reschedule
from bookings.availability.queries import bookable_slots
from bookings.calendar.itip import ProposedTime
from bookings.cancellation_deadline import may_move
from bookings.models import Booking
from bookings.requests import BookingRequest
from organisation.models import Policy


def check_for_candidate(booking: Booking, starts_at: datetime, policy: Policy, *, now: datetime) -> ProposedTime:
    """Check the time for the same advisor, channel and language; suggestions may be with other advisors."""
    if not may_move(booking, policy, now=now):
        return ProposedTime(starts_at=starts_at, is_free=False, may_move=False)
    free = bookable_slots(
        booking.invitation,
        policy=policy,
        now=now,
        channel=booking.channel,
        language=booking.language,
        advisor_id=booking.advisor_id,
        instead_of=booking,
    )
    if any(slot.starts_at == starts_at for slot in free):
        return ProposedTime(starts_at=starts_at, is_free=True, may_move=True)
    request = BookingRequest(
        starts_at=starts_at, channel=booking.channel, language=booking.language, advisor_id=booking.advisor_id
    )
    others = alternatives_for(booking.invitation, request, policy=policy, now=now, instead_of=booking)
    nearest = tuple(slot.starts_at for slot in others)
    return ProposedTime(starts_at=starts_at, is_free=False, may_move=True, nearest=nearest)


def check_for_advisor(booking: Booking, starts_at: datetime, policy: Policy, *, now: datetime) -> ProposedTime:
    """Check the time against the slots to which the advisor may reschedule."""
    free = slots_to_reschedule(booking, policy, now=now)
    return ProposedTime(starts_at=starts_at, is_free=any(slot.starts_at == starts_at for slot in free), may_move=True)
