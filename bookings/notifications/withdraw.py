"""Cancel queued messages that a change of the booking made untrue."""

from datetime import datetime

from django.db.models import Q

from bookings.models import Booking
from core.actors import object_key
from outbox import services as outbox

FORWARDED_KINDS = ("advisor_mail", "house_mail")


def cancel_pending_messages(booking: Booking, *, now: datetime) -> None:
    """Cancel queued messages about the booking.

    Forwarded mail stays, and so does the cancellation to a former advisor, which clears their calendar.
    """
    to_former_advisor = Q(kind="advisor_cancelled") & ~Q(person_key=object_key(booking.advisor.user))
    outbox.withdraw(about=object_key(booking), except_for=to_former_advisor | Q(kind__in=FORWARDED_KINDS), now=now)


def cancel_pending_reminders(booking: Booking, *, now: datetime) -> None:
    """Cancel queued reminders, which name outdated facts, so that they are posted again.

    The caller saves the booking.
    """
    if booking.text_reminder_at and _cancel_reminder(booking, "sms", now):
        booking.text_reminder_at = None
    if booking.mail_reminder_at and _cancel_reminder(booking, "mail", now):
        booking.mail_reminder_at = None


def _cancel_reminder(booking: Booking, transport: str, now: datetime) -> int:
    return outbox.withdraw(about=object_key(booking), kinds=("reminder",), transport=transport, now=now)
