from bookings.models.appointment import Booking, CalendarAnswer, CalendarCopy
from bookings.models.invitation import Invitation, InvitationQuerySet, Topic
from bookings.models.waitlist import Hold, HoldQuerySet, WaitlistEntry

__all__ = [
    "Booking",
    "CalendarAnswer",
    "CalendarCopy",
    "Hold",
    "HoldQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Topic",
    "WaitlistEntry",
]
