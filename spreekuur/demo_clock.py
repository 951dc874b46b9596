"""Demo clock: run now what the worker would do in the coming hours or days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.reminders import MAIL, NOTE, SMS, Reminder, reminder_times
from bookings.tasks import send_what_is_due
from core.message_schedule import MessageSchedule
from core.working_days import next_invitation_time
from organisation.models import Policy
from outbox.delivery.worker import deliver_due
from talks.services import send_due_surveys

ONE_HOUR = timedelta(hours=1)
ONE_WEEK = timedelta(days=7)
ONE_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class ClockJump:
    """Time to which a visitor can advance the clock."""

    code: str
    until: datetime
    label: str


def jumps(now: datetime) -> list[ClockJump]:
    """Available jumps, nearest first: the next invitations, the messages of the next talk, and a week."""
    times = Policy.objects.current().times
    found = [ClockJump("invitations", _next_invitations(now, times), _("The next hour at which invitations leave"))]
    if reminder := _next(SMS, now):
        found.append(ClockJump("reminder", reminder, _("The reminders of the next talk, the day before")))
    if times.advisor_note_minutes_before and (note := _next(NOTE, now)):
        found.append(ClockJump("note", note, _("The note to the advisor, just before the next talk")))
    found.append(ClockJump("week", now + ONE_WEEK, _("A week from now")))
    return sorted(found, key=lambda jump: jump.until)


def advance_clock(*, now: datetime, until: datetime) -> int:
    """Run the periodic tasks for every hour and every reminder until this time.

    Returns the number of messages sent. Only the periodic tasks get this time; pages keep the real time.
    """
    due = reminder_times(MAIL, SMS, NOTE, since=now, until=until)
    sent = 0
    for tick in sorted({*_hours(now, until), *due, until}):
        send_what_is_due(tick)
        send_due_surveys(now=tick)
        sent += deliver_due(now=tick)
    return sent


def _hours(now: datetime, until: datetime) -> Iterator[datetime]:
    """Whole hours of every day at which messages may be sent."""
    times = Policy.objects.current().times
    first = min(times.invitations_from, times.offers_from, times.recruiter_reminder_from)
    hour = now.replace(minute=0, second=0, microsecond=0) + ONE_HOUR
    while hour < until:
        if first <= timezone.localtime(hour).time() <= times.invitations_until:
            yield hour
        hour += ONE_HOUR


def _next_invitations(now: datetime, times: MessageSchedule) -> datetime:
    """Next time at which invitations are sent, tomorrow at the earliest: never on the day of the rejection."""
    zone = ZoneInfo(settings.TIME_ZONE)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return next_invitation_time(datetime.combine(tomorrow, time(), tzinfo=zone), zone, times)


def _next(sort: Reminder, now: datetime) -> datetime | None:
    return next(iter(reminder_times(sort, since=now, until=now + ONE_YEAR)), None)
