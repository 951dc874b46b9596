"""An advisor's talks, written into the calendar elsewhere that wants them: new, moved and cancelled ones.

By looking for what differs between the talks that stand and what we wrote: whatever goes wrong is tried again, and
writing the same twice does no harm. Nothing is asked of the other server within a transaction.
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

from advisors.external_calendars.caldav import dav_calendar_of
from advisors.models import Advisor, OtherCalendar
from bookings.calendar import ical
from bookings.calendar.invites import neutral_title
from bookings.models import Booking, CalendarCopy
from core.batch import in_short
from core.errors import FetchFailed, Refusal, TooSlow
from organisation.models import Policy

if TYPE_CHECKING:
    from advisors.external_calendars.caldav_client import DavCalendar

SECONDS_OF_WRITING = 25.0  # a task of the queue lasts a minute at most
WAIT_AFTER_FAILURE = timedelta(minutes=30)
LEASE = timedelta(minutes=2)  # while one worker writes, no other one does

logger = logging.getLogger(__name__)


class Difference(NamedTuple):
    """Between a calendar and the talks that stand."""

    to_write: Sequence[Booking]
    to_remove: Sequence[CalendarCopy]

    def __bool__(self) -> bool:
        return bool(self.to_write or self.to_remove)


def write_due(*, now: datetime) -> int:
    """Bring every calendar that gets talks up to date, each by one worker at a time. Returns how many had to be."""
    until, done = monotonic() + SECONDS_OF_WRITING, 0
    for calendar in OtherCalendar.objects.getting_talks(now).select_related("advisor"):
        if monotonic() > until:
            break
        if difference_of(calendar, now=now) and _claim(calendar, now=now):
            _write(calendar, now=now)
            done += 1
    return done


def something_differs(*, now: datetime) -> bool:
    return any(difference_of(calendar, now=now) for calendar in OtherCalendar.objects.getting_talks(now))


def difference_of(calendar: OtherCalendar, *, now: datetime) -> Difference:
    """Two statements. A talk that took place stays where it is; who holds no talks any more gets no new ones."""
    copies = CalendarCopy.objects.filter(calendar=calendar, booking__isnull=False)
    current = copies.filter(sequence=F("booking__sequence"))
    wanted = Q(advisor__in=Advisor.objects.active()) | Q(pk__in=copies.values("booking"))
    ahead = Booking.objects.standing().filter(wanted, advisor_id=calendar.advisor_id, starts_at__gt=now)
    elsewhere = ~Q(booking__advisor_id=calendar.advisor_id) | Q(booking__status=Booking.Status.CANCELLED)
    return Difference(
        to_write=list(ahead.exclude(pk__in=current.values("booking")).select_related("location", "advisor")),
        to_remove=list(CalendarCopy.objects.filter(Q(booking__isnull=True) | elsewhere, calendar=calendar)),
    )


def _claim(calendar: OtherCalendar, *, now: datetime) -> bool:
    free = OtherCalendar.objects.filter(pk=calendar.pk, write_due_at=calendar.write_due_at)
    return bool(free.update(write_due_at=now + LEASE))


def _write(calendar: OtherCalendar, *, now: datetime) -> None:
    """What is met at one talk does not stop the others. While something gets done, the rest need not wait."""
    done, problems = 0, list[str]()
    with _noted(problems, calendar):
        server = dav_calendar_of(calendar)
        server.refuse_what_is_no_calendar()  # a wrong password is tried once, not for each talk
        for step in _steps(server, calendar, now=now):
            with _noted(problems, calendar):
                step()
                done += 1
            if TooSlow.code in problems:
                break  # the time is that of all together
    problem = next((code for code in problems if not (done and code == TooSlow.code)), "")
    due_at = now if done or not problem else now + WAIT_AFTER_FAILURE
    OtherCalendar.objects.filter(pk=calendar.pk).update(write_due_at=due_at, writing_problem=problem)


@contextmanager
def _noted(problems: list[str], calendar: OtherCalendar) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        problems.append(refusal.code)
    except Exception as error:  # a fault of ours must not stop the others
        logger.error("writing calendar %s: %s", calendar.pk, in_short(error))
        problems.append(FetchFailed.code)


def _steps(server: "DavCalendar", calendar: OtherCalendar, *, now: datetime) -> Iterator[Callable[[], None]]:
    """Each notes at once what it did: after a failure the rest remains."""
    difference = difference_of(calendar, now=now)
    for booking in difference.to_write:
        yield partial(_put, server, calendar, booking, now=now)
    for copy in difference.to_remove:
        yield partial(_remove, server, copy)


def _put(server: "DavCalendar", calendar: OtherCalendar, booking: Booking, *, now: datetime) -> None:
    _note(calendar, booking, server.put(f"spreekuur-{booking.uid}", ical.entry(talk_of(booking, now=now))))


def _remove(server: "DavCalendar", copy: CalendarCopy) -> None:
    server.remove(copy.place)
    copy.delete()


@transaction.atomic
def _note(calendar: OtherCalendar, booking: Booking, place: str) -> None:
    """Of a calendar or a talk that went away meanwhile there is nothing to note."""
    if OtherCalendar.objects.filter(pk=calendar.pk).exists() and Booking.objects.filter(pk=booking.pk).exists():
        written = {"place": place, "sequence": booking.sequence}
        CalendarCopy.objects.update_or_create(calendar=calendar, booking=booking, defaults=written)


def talk_of(booking: Booking, *, now: datetime) -> ical.Talk:
    """Neutral: others may look into a calendar. Its UID is not that of the invitation, which may be there as well."""
    with translation.override(Policy.objects.current().default_language):
        summary = neutral_title(booking)
    place = booking.location
    return ical.Talk(
        uid=f"{booking.uid}-agenda@{urlsplit(settings.PUBLIC_URL).hostname}",
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=summary,
        description="",
        location=f"{place.name}, {place.address}" if place else "",
        url=settings.PUBLIC_URL + reverse("talks:file", args=[booking.pk]),  # behind the sign-in
        organiser=None,
        attendees=(),
        stamped_at=now,
    )
