"""One function per letter or text; each returns what goes to the outbox."""

from bookings.messages.invitations import invitation, invitation_reminder
from bookings.messages.offers import offer_gone, offered
from bookings.messages.reminders import advisor_note, mail_reminder, text_reminder
from bookings.messages.talks import (
    booked,
    cancelled,
    changed_place,
    handed_over,
    moved,
    rescheduled,
    with_all_that_letters_need,
)

__all__ = [
    "advisor_note",
    "booked",
    "cancelled",
    "changed_place",
    "handed_over",
    "invitation",
    "invitation_reminder",
    "mail_reminder",
    "moved",
    "offer_gone",
    "offered",
    "rescheduled",
    "text_reminder",
    "with_all_that_letters_need",
]
