"""How far an invitation came, in the candidate's eyes."""

from datetime import datetime
from enum import StrEnum

from bookings.models import Booking, Invitation


class Progress(StrEnum):
    PLANNED = "planned"  # an appointment that is still to come, or going on
    TALKED = "talked"  # it is over; closed by the advisor or not yet
    MISSED = "missed"  # not spoken, may choose again
    AGAIN = "again"  # cancelled, may choose again
    CHOOSE = "choose"
    ENDED = "ended"


MAY_CHOOSE = {Progress.CHOOSE, Progress.AGAIN, Progress.MISSED}


def progress_of(invitation: Invitation, bookings: list[Booking], now: datetime) -> Progress:
    """`bookings` of this invitation, the latest start first."""
    statuses = {booking.status for booking in bookings}
    standing = next((booking for booking in bookings if booking.status == Booking.Status.BOOKED), None)
    if standing:
        return Progress.PLANNED if now < standing.ends_at else Progress.TALKED
    if Booking.Status.COMPLETED in statuses:
        return Progress.TALKED
    if not invitation.is_open(now):
        return Progress.ENDED
    if not bookings:
        return Progress.CHOOSE
    return Progress.MISSED if bookings[0].status == Booking.Status.NO_SHOW else Progress.AGAIN
