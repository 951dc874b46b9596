from bookings.models.invitations import Invitation, InvitationQuerySet, Topic
from bookings.models.talks import Booking, CalendarAnswer, CalendarCopy
from bookings.models.waiting import Hold, HoldQuerySet, WaitlistEntry

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
