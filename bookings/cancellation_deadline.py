"""The deadline up to which a candidate may move a booking, and after which a cancellation counts as late.

Page, move, cancel, letters and API ask these functions. Advisors are exempt: they move and cancel up to the start.
"""

from datetime import datetime, timedelta

from bookings.models import Booking
from organisation.models import Policy


def cancellation_deadline(booking: Booking, policy: Policy) -> datetime:
    """Last time for the candidate: so many hours before the start as policy says."""
    return booking.starts_at - timedelta(hours=policy.cancel_until_hours)


def may_move(booking: Booking, policy: Policy, *, now: datetime) -> bool:
    """True while the candidate may move the booking."""
    return booking.status == Booking.Status.BOOKED and now <= cancellation_deadline(booking, policy)


def is_late_cancellation(booking: Booking, policy: Policy, *, cancelled_by: Booking.CancelledBy, now: datetime) -> bool:
    """True for a candidate's cancellation after the deadline; it is marked, not refused."""
    return cancelled_by == Booking.CancelledBy.CANDIDATE and now > cancellation_deadline(booking, policy)
