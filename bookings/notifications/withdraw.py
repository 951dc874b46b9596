"""Letters about a talk that did not leave yet when it changes: what is no longer true stays here."""

from datetime import datetime

from django.db.models import Q

from bookings.models import Booking
from core.actors import key_of
from outbox import services as outbox

BROUGHT_FURTHER = ("advisor_mail", "house_mail")


def take_letters_back(booking: Booking, *, now: datetime) -> None:
    """Except what somebody wrote, and what tells who held the talk before that it is gone: it also takes it out of
    their calendar."""
    has_lost_it = Q(kind="advisor_cancelled") & ~Q(person_key=key_of(booking.advisor.user))
    outbox.withdraw(about=key_of(booking), sparing=has_lost_it | Q(kind__in=BROUGHT_FURTHER), now=now)


def take_reminders_back(booking: Booking, *, now: datetime) -> None:
    """They name the advisor of before, and come again. What was sent stays sent. The caller saves the talk."""
    if booking.text_reminder_at and _take_back(booking, "sms", now):
        booking.text_reminder_at = None
    if booking.mail_reminder_at and _take_back(booking, "mail", now):
        booking.mail_reminder_at = None


def _take_back(booking: Booking, channel: str, now: datetime) -> int:
    return outbox.withdraw(about=key_of(booking), kinds=("reminder",), channel=channel, now=now)
