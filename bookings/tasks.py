"""Periodic tasks: invitations, reminders, the waitlist, replies, calendars."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django_q.tasks import async_task

from bookings.appointments.location_changes import announce_location_changes
from bookings.calendar.caldav_push import any_calendar_differs, push_due_calendars
from bookings.invitations.services import cancel_answered_reminders, invite_due, remind_invited
from bookings.reminders import remind_advisors, remind_by_mail, remind_by_sms, repeat_missed_mail, request_outcomes
from bookings.replies.calendar_replies import process_calendar_replies
from bookings.replies.mail_forwarding import erase_full_texts, forward_mail
from bookings.replies.sms_replies import process_sms_replies, record_failed_sms_reminders
from bookings.waitlist.offers import end_expired_offers, offer_free_slots
from core.batch import describe_error, shared_deadline
from outbox.queue import throttled_enqueue

SCANS = (
    invite_due,
    remind_invited,
    cancel_answered_reminders,
    announce_location_changes,  # before the reminders, which name the location
    remind_by_mail,
    repeat_missed_mail,
    remind_by_sms,
    remind_advisors,
    request_outcomes,
    process_sms_replies,
    record_failed_sms_reminders,
    end_expired_offers,
    offer_free_slots,
    process_calendar_replies,
    forward_mail,  # after the calendar replies, because some of them turn out to be mail for the advisor
    erase_full_texts,
)
logger = logging.getLogger(__name__)


def send_what_is_due(now: datetime | None = None) -> None:
    """Run every scan once; scheduled every minute. The demo passes its own `now`."""
    now = now or timezone.now()
    with shared_deadline():
        for scan in SCANS:
            _run_scan(scan, now)


def _run_scan(scan: Callable[..., int], now: datetime) -> None:
    try:
        with throttled_enqueue():
            scan(now=now)
    except Exception as error:  # a failing scan does not stop the others
        logger.error("%s: %s", scan.__name__, describe_error(error))


def write_calendars() -> None:
    """Push bookings to external calendars."""
    push_due_calendars(now=timezone.now())


def enqueue_calendar_push() -> None:
    """Enqueue the push when a calendar differs; a task of its own because CalDAV servers may be slow."""
    if any_calendar_differs(now=timezone.now()):
        async_task("bookings.tasks.write_calendars")
