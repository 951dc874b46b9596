"""What a worker may be asked: look what is due."""

import logging
from datetime import datetime

from django.utils import timezone
from django_q.tasks import async_task

from bookings.appointments.location_changes import tell_changed_places
from bookings.calendar.caldav_push import something_differs, write_due
from bookings.invitations.services import invite_due, remind_invited, take_reminders_of_answered_back
from bookings.reminders import ask_for_outcomes, remind_advisors, remind_by_mail, remind_by_text, remind_today
from bookings.replies.calendar_replies import take_calendar_answers
from bookings.replies.mail_forwarding import forward_mail
from bookings.replies.sms_replies import collect_text_answers, note_failed_texts
from bookings.waitlist.offers import end_what_is_over, offer_free_moments
from core.batch import in_short
from outbox.queue import woken_now_and_then

SCANS = (
    invite_due,
    remind_invited,
    take_reminders_of_answered_back,
    tell_changed_places,  # before the reminders, which name the place
    remind_by_mail,
    remind_today,
    remind_by_text,
    remind_advisors,
    ask_for_outcomes,
    collect_text_answers,
    note_failed_texts,
    end_what_is_over,
    offer_free_moments,
    take_calendar_answers,
    forward_mail,  # after the calendars' answers, of which some turn out to be letters
)
logger = logging.getLogger(__name__)


def send_what_is_due(now: datetime | None = None) -> None:
    """Every minute: invitations, reminders, the waiting list. The demo's clock may say when."""
    now = now or timezone.now()
    for scan in SCANS:
        try:
            with woken_now_and_then():
                scan(now=now)
        except Exception as error:  # one scan that fails does not stop the others
            logger.error("%s: %s", scan.__name__, in_short(error))


def write_calendars() -> None:
    """Talks into calendars elsewhere."""
    write_due(now=timezone.now())


def wake_when_calendars_differ() -> None:
    """Every minute. A turn of its own: other servers may take long."""
    if something_differs(now=timezone.now()):
        async_task("bookings.tasks.write_calendars")
