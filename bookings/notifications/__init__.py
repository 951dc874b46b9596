from bookings.notifications.appointments import (
    booked,
    cancelled,
    changed_place,
    erased,
    handed_over,
    moved,
    rescheduled,
    with_all_that_letters_need,
)
from bookings.notifications.calendar_replies import (
    advisor_declined_in_calendar,
    advisor_proposed_moment,
    declined_in_calendar,
    proposed_moment,
    said_in_calendar,
)
from bookings.notifications.invitations import invitation, invitation_reminder
from bookings.notifications.reminders import advisor_note, advisor_outcome, mail_reminder, text_reminder
from bookings.notifications.waitlist import offer_gone, offered

__all__ = [
    "advisor_declined_in_calendar",
    "advisor_note",
    "advisor_outcome",
    "advisor_proposed_moment",
    "booked",
    "cancelled",
    "changed_place",
    "declined_in_calendar",
    "erased",
    "handed_over",
    "invitation",
    "invitation_reminder",
    "mail_reminder",
    "moved",
    "offer_gone",
    "offered",
    "proposed_moment",
    "rescheduled",
    "said_in_calendar",
    "text_reminder",
    "with_all_that_letters_need",
]
