"""Messages of the bookings app, as drafts for the outbox."""

from bookings.notifications.appointments import (
    booked,
    cancelled,
    erased,
    location_changed,
    moved,
    reassigned,
    rescheduled,
)
from bookings.notifications.calendar_replies import (
    advisor_calendar_declined,
    advisor_time_proposed,
    calendar_declined,
    calendar_reply_sentence,
    time_proposed,
)
from bookings.notifications.invitations import invitation, invitation_reminder
from bookings.notifications.reminders import advisor_note, advisor_outcome, mail_reminder, sms_reminder
from bookings.notifications.waitlist import offer_withdrawn, slot_offered

__all__ = [
    "advisor_calendar_declined",
    "advisor_note",
    "advisor_outcome",
    "advisor_time_proposed",
    "booked",
    "calendar_declined",
    "calendar_reply_sentence",
    "cancelled",
    "erased",
    "invitation",
    "invitation_reminder",
    "location_changed",
    "mail_reminder",
    "moved",
    "offer_withdrawn",
    "reassigned",
    "rescheduled",
    "slot_offered",
    "sms_reminder",
    "time_proposed",
]
