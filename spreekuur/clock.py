"""The demo's clock: what the coming hours would bring, now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.day_before import MAIL_AT, TEXT_AT, reminder_moment
from bookings.models import Booking
from bookings.tasks import send_what_is_due
from organisation.workdays import INVITATIONS_UNTIL, next_invitation_moment
from outbox.delivery import deliver_due

ONE_HOUR = timedelta(hours=1)
ONE_WEEK = timedelta(days=7)
OFFICE_HOURS = range(MAIL_AT.hour, INVITATIONS_UNTIL.hour + 1)  # local


@dataclass(frozen=True)
class Jump:
    """A moment to which a visitor may turn the clock."""

    code: str
    until: datetime
    label: str


def jumps(now: datetime) -> list[Jump]:
    """The next invitations, the next reminder of a talk (when a talk is planned), and a week, nearest first."""
    found = [Jump("invitations", _next_invitations(now), _("The next hour at which invitations leave"))]
    if reminder := _next_reminder(now):
        found.append(Jump("reminder", reminder, _("The reminders of the next talk, the day before at 16:00")))
    found.append(Jump("week", now + ONE_WEEK, _("A week from now")))
    return sorted(found, key=lambda jump: jump.until)


def turn_forward(*, now: datetime, until: datetime) -> int:
    """Do hour by hour what the worker would do until then; returns how many letters and texts left.

    Only the tasks of the timetable are told that time: pages keep the real one.
    """
    sent = 0
    for moment in _hours(now, until):
        send_what_is_due(moment)
        sent += deliver_due(now=moment)
    return sent


def _hours(now: datetime, until: datetime) -> Iterator[datetime]:
    """The whole hours of every day at which something may leave, and the end."""
    moment = now.replace(minute=0, second=0, microsecond=0) + ONE_HOUR
    while moment < until:
        if timezone.localtime(moment).hour in OFFICE_HOURS:
            yield moment
        moment += ONE_HOUR
    yield until


def _next_invitations(now: datetime) -> datetime:
    """Tomorrow at the earliest: who is told today is not written to today."""
    zone = ZoneInfo(settings.TIME_ZONE)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return next_invitation_moment(datetime.combine(tomorrow, time(), tzinfo=zone), zone)


def _next_reminder(now: datetime) -> datetime | None:
    starts = Booking.objects.standing().filter(starts_at__gt=now).order_by("starts_at")
    moments = (reminder_moment(starts_at, TEXT_AT) for starts_at in starts.values_list("starts_at", flat=True))
    return next((moment for moment in moments if moment > now), None)
