from bookings.models.appointment import Booking, BookingQuerySet, CalendarCopy, CalendarReply
from bookings.models.invitation import Invitation, InvitationQuerySet, Topic
from bookings.models.waitlist import Hold, HoldQuerySet, WaitlistEntry

__all__ = [
    "Booking",
    "BookingQuerySet",
    "CalendarCopy",
    "CalendarReply",
    "Hold",
    "HoldQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Topic",
    "WaitlistEntry",
]
