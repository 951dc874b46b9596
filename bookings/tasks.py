"""What a worker may be asked: look what is due."""

import logging
from datetime import datetime

from django.utils import timezone
from django_q.tasks import async_task

from bookings import services
from bookings.calendar_copies import something_differs, write_due
from organisation.faults import in_short
from outbox.wake import woken_now_and_then

SCANS = (
    services.invite_due,
    services.remind_invited,
    services.take_reminders_of_answered_back,
    services.tell_changed_places,  # before the reminders, which name the place
    services.remind_by_mail,
    services.remind_today,
    services.remind_by_text,
    services.remind_advisors,
    services.ask_for_outcomes,
    services.collect_text_answers,
    services.note_failed_texts,
    services.end_what_is_over,
    services.offer_free_moments,
    services.take_calendar_answers,
    services.forward_mail,  # after the calendars' answers, of which some turn out to be letters
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
