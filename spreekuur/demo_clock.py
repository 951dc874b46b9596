"""The demo's clock: what the coming hours would bring, now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.reminders import MAIL, NOTE, TEXT, Reminder, moments_of_reminders
from bookings.tasks import send_what_is_due
from core.message_schedule import Times
from core.working_days import next_invitation_moment
from organisation.models import Policy
from outbox.delivery.worker import deliver_due
from talks.services import ask_how_it_was

ONE_HOUR = timedelta(hours=1)
ONE_WEEK = timedelta(days=7)
ONE_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Jump:
    """A moment to which a visitor may turn the clock."""

    code: str
    until: datetime
    label: str


def jumps(now: datetime) -> list[Jump]:
    """The next invitations, what the next talk brings (when one is planned), and a week, nearest first."""
    times = Policy.objects.current().times
    found = [Jump("invitations", _next_invitations(now, times), _("The next hour at which invitations leave"))]
    if reminder := _next(TEXT, now):
        found.append(Jump("reminder", reminder, _("The reminders of the next talk, the day before")))
    if times.advisor_note_minutes_before and (note := _next(NOTE, now)):
        found.append(Jump("note", note, _("The note to the advisor, just before the next talk")))
    found.append(Jump("week", now + ONE_WEEK, _("A week from now")))
    return sorted(found, key=lambda jump: jump.until)


def turn_forward(*, now: datetime, until: datetime) -> int:
    """Do hour by hour, and when a reminder is due, what the worker would do until then.

    Returns how many letters and texts left. Only the tasks of the timetable are told that time: pages keep the real
    one.
    """
    due = moments_of_reminders(MAIL, TEXT, NOTE, since=now, until=until)
    sent = 0
    for moment in sorted({*_hours(now, until), *due, until}):
        send_what_is_due(moment)
        ask_how_it_was(now=moment)
        sent += deliver_due(now=moment)
    return sent


def _hours(now: datetime, until: datetime) -> Iterator[datetime]:
    """The whole hours of every day at which something may leave."""
    times = Policy.objects.current().times
    first = min(times.invitations_from, times.offers_from, times.recruiter_reminder_from)
    moment = now.replace(minute=0, second=0, microsecond=0) + ONE_HOUR
    while moment < until:
        if first <= timezone.localtime(moment).time() <= times.invitations_until:
            yield moment
        moment += ONE_HOUR


def _next_invitations(now: datetime, times: Times) -> datetime:
    """Tomorrow at the earliest: who is told today is not written to today."""
    zone = ZoneInfo(settings.TIME_ZONE)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return next_invitation_moment(datetime.combine(tomorrow, time(), tzinfo=zone), zone, times)


def _next(sort: Reminder, now: datetime) -> datetime | None:
    return next(iter(moments_of_reminders(sort, since=now, until=now + ONE_YEAR)), None)
