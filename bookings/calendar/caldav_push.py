"""Push an advisor's bookings to external calendars over CalDAV.

Compares the active bookings with the copies that were written, so a failure is retried and a repeated write does no
harm. No request to the server is made inside a transaction.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation

from advisors.external_calendars.caldav import caldav_calendar_for
from advisors.models import Advisor, ExternalCalendar
from bookings.calendar import ical
from bookings.calendar.invites import neutral_title
from bookings.models import Booking, CalendarCopy
from core.batch import describe_error
from core.errors import Refusal
from core.http_errors import FetchFailed, TooSlow
from organisation.models import Policy

if TYPE_CHECKING:
    from advisors.external_calendars.caldav_client import CalDavCalendar

PUSH_SECONDS = 25.0  # a queued task is stopped after a minute
WAIT_AFTER_FAILURE = timedelta(minutes=30)
LEASE = timedelta(minutes=2)  # one worker at a time writes to a calendar

logger = logging.getLogger(__name__)


class Difference(NamedTuple):
    """Difference between an external calendar and the active bookings."""

    to_write: Sequence[Booking]
    to_remove: Sequence[CalendarCopy]

    def __bool__(self) -> bool:
        return bool(self.to_write or self.to_remove)


def push_due_calendars(*, now: datetime) -> int:
    """Update every external calendar that receives bookings and differs. Returns how many."""
    until, done = monotonic() + PUSH_SECONDS, 0
    for calendar in ExternalCalendar.objects.write_due(now).select_related("advisor"):
        if monotonic() > until:
            break
        if difference_of(calendar, now=now) and _claim(calendar, now=now):
            _write(calendar, now=now)
            done += 1
    return done


def any_calendar_differs(*, now: datetime) -> bool:
    return any(difference_of(calendar, now=now) for calendar in ExternalCalendar.objects.write_due(now))


def difference_of(calendar: ExternalCalendar, *, now: datetime) -> Difference:
    """Compute the difference in two statements; past bookings stay, inactive advisors get no new copies."""
    copies = CalendarCopy.objects.filter(calendar=calendar, booking__isnull=False)
    current = copies.filter(sequence=F("booking__sequence"))
    wanted = Q(advisor__in=Advisor.objects.active()) | Q(pk__in=copies.values("booking"))
    ahead = Booking.objects.booked().filter(wanted, advisor_id=calendar.advisor_id, starts_at__gt=now)
    elsewhere = ~Q(booking__advisor_id=calendar.advisor_id) | Q(booking__status=Booking.Status.CANCELLED)
    return Difference(
        to_write=list(ahead.exclude(pk__in=current.values("booking")).select_related("location", "advisor")),
        to_remove=list(CalendarCopy.objects.filter(Q(booking__isnull=True) | elsewhere, calendar=calendar)),
    )


def _claim(calendar: ExternalCalendar, *, now: datetime) -> bool:
    free = ExternalCalendar.objects.filter(pk=calendar.pk, write_due_at=calendar.write_due_at)
    return bool(free.update(write_due_at=now + LEASE))


def _write(calendar: ExternalCalendar, *, now: datetime) -> None:
    """Write the difference; a failing booking does not stop the others. Wait after a failure without any progress."""
    done, problems = 0, list[str]()
    with _problem_recorded(problems, calendar):
        server = caldav_calendar_for(calendar)
        server.check_is_calendar()  # try a wrong password once, not per booking
        for step in _steps(server, calendar, now=now):
            with _problem_recorded(problems, calendar):
                step()
                done += 1
            if TooSlow.code in problems:
                break  # the time limit is for all steps together
    problem = next((code for code in problems if not (done and code == TooSlow.code)), "")
    due_at = now if done or not problem else now + WAIT_AFTER_FAILURE
    ExternalCalendar.objects.filter(pk=calendar.pk).update(write_due_at=due_at, writing_problem=problem)


@contextmanager
def _problem_recorded(problems: list[str], calendar: ExternalCalendar) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        problems.append(refusal.code)
    except Exception as error:  # a bug must not stop the other steps
        logger.error("writing calendar %s: %s", calendar.pk, describe_error(error))
        problems.append(FetchFailed.code)


def _steps(server: "CalDavCalendar", calendar: ExternalCalendar, *, now: datetime) -> Iterator[Callable[[], None]]:
    """Steps that each record at once what they did, so that after a failure only the rest remains."""
    difference = difference_of(calendar, now=now)
    for booking in difference.to_write:
        yield partial(_put, server, calendar, booking, now=now)
    for copy in difference.to_remove:
        yield partial(_remove, server, copy)


def _put(server: "CalDavCalendar", calendar: ExternalCalendar, booking: Booking, *, now: datetime) -> None:
    _record_copy(
        calendar,
        booking,
        server.put(f"spreekuur-{booking.uid}", ical.stored_object(to_calendar_event(booking, now=now))),
    )


def _remove(server: "CalDavCalendar", copy: CalendarCopy) -> None:
    server.remove(copy.place)
    copy.delete()


@transaction.atomic
def _record_copy(calendar: ExternalCalendar, booking: Booking, place: str) -> None:
    """Record the copy, unless the calendar or the booking was deleted meanwhile."""
    if ExternalCalendar.objects.filter(pk=calendar.pk).exists() and Booking.objects.filter(pk=booking.pk).exists():
        written = {"place": place, "sequence": booking.sequence}
        CalendarCopy.objects.update_or_create(calendar=calendar, booking=booking, defaults=written)


def to_calendar_event(booking: Booking, *, now: datetime) -> ical.CalendarEvent:
    """Neutral event, because others may see the calendar; its UID differs from the invite's, which may be there too."""
    with translation.override(Policy.objects.current().default_language):
        summary = neutral_title(booking)
    place = booking.location
    return ical.CalendarEvent(
        uid=f"{booking.uid}-agenda@{urlsplit(settings.PUBLIC_URL).hostname}",
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=summary,
        description="",
        location=f"{place.name}, {place.address}" if place else "",
        url=settings.PUBLIC_URL + reverse("talks:file", args=[booking.pk]),  # requires sign-in
        organiser=None,
        attendees=(),
        stamped_at=now,
    )
