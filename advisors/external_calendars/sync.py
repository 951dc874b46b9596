"""Keeping the busy times of other calendars: read by the worker, stored, and kept when a reading fails.

Whatever is asked of another server is asked outside a transaction; what it said is stored in one.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from advisors.availability.slots import Span
from advisors.external_calendars import notifications
from advisors.external_calendars.caldav import dav_calendar_of
from advisors.external_calendars.ics_parser import Reader
from advisors.external_calendars.sandbox import read_apart
from advisors.models import AgendaEntry, OtherCalendar
from core.batch import in_short
from core.errors import FetchFailed, Refusal
from core.http_client import NOT_MODIFIED, Wish, fetch
from organisation.models import Policy
from outbox import services as outbox

READ_EVERY = timedelta(minutes=10)
WAIT_AT_MOST = timedelta(hours=3)  # after a failure: as long as it fails already, within these two
ALARM_AFTER = timedelta(days=1)
BACK, AHEAD = timedelta(days=1), timedelta(days=7)  # around now and the horizon
SECONDS_OF_READING = 25.0  # a task of the queue lasts a minute at most, the last calendar half of it
LONGEST_VERSION = 300

logger = logging.getLogger(__name__)


class Fetched(NamedTuple):
    documents: Sequence[bytes] | None  # None: nothing changed since it was read last
    version: str


def read_due(*, now: datetime) -> int:
    """Read what is due, the longest waiting first; each once, however many workers look. Returns how many."""
    until, done = monotonic() + SECONDS_OF_READING, 0
    for key, due_at in list(OtherCalendar.objects.due(now).order_by("due_at").values_list("pk", "due_at")):
        if monotonic() > until:
            break
        if OtherCalendar.objects.filter(pk=key, due_at=due_at).update(due_at=now + READ_EVERY):
            read_calendar(key, now=now)
            done += 1
    return done


def read_calendar(calendar_id: int, *, now: datetime) -> None:
    """Store its busy times, or why not."""
    calendar = OtherCalendar.objects.select_related("advisor__user").filter(pk=calendar_id).first()
    if calendar is None:
        return
    reader = reader_of(calendar, Policy.objects.current(), now=now)
    try:
        fetched = _fetched(calendar, reader.window)
        reading = None if fetched.documents is None else read_apart(fetched.documents, reader)
    except Refusal as refusal:
        _note_failure(calendar_id, refusal.code, now=now)
    except Exception as error:  # a fault of ours must not stop the other calendars
        logger.error("calendar %s: %s", calendar_id, in_short(error))
        _note_failure(calendar_id, FetchFailed.code, now=now)
    else:
        with transaction.atomic():
            if not _note_reading(calendar_id, fetched.version, now=now):
                return  # removed meanwhile
            if reading is not None:
                replace_entries(calendar, reading.busy)
                OtherCalendar.objects.filter(pk=calendar_id).update(skipped_events=reading.skipped)


def reader_of(calendar: OtherCalendar, policy: Policy, *, now: datetime) -> Reader:
    """From yesterday until a week after the last moment that can be booked."""
    advisor, today = calendar.advisor, now.replace(minute=0, second=0, microsecond=0)
    own = {advisor.user.email.lower(), calendar.username.lower()} - {""}
    return Reader(
        window=Span(today - BACK, today + timedelta(days=policy.horizon_days) + AHEAD),
        zone=ZoneInfo(advisor.time_zone),
        own_addresses=frozenset(own),
        own_host=(urlsplit(settings.PUBLIC_URL).hostname or "").lower(),
    )


def replace_entries(calendar: OtherCalendar, busy: Sequence[Span]) -> None:
    """What stays the same is not written; what stands there twice goes.

    In the caller's transaction, which wrote the calendar's row: another reading of it waits there.
    """
    entries = AgendaEntry.objects.filter(calendar=calendar)
    wanted, kept, gone = set(busy), set(), []
    for key, start, end in entries.order_by("pk").values_list("pk", "busy_from", "busy_until"):
        span = Span(start, end)
        if span in wanted and span not in kept:
            kept.add(span)
        else:
            gone.append(key)
    new = [
        AgendaEntry(
            advisor_id=calendar.advisor_id,
            kind=AgendaEntry.Kind.EXTERNAL,
            busy_from=span.start,
            busy_until=span.end,
            calendar=calendar,
        )
        for span in busy
        if span not in kept
    ]
    entries.filter(pk__in=gone).delete()
    AgendaEntry.objects.bulk_create(new)


def _fetched(calendar: OtherCalendar, window: Span) -> Fetched:
    """The version holds until when was read as well: on a later day there is more to read in an unchanged calendar."""
    if calendar.kind == OtherCalendar.Kind.CALDAV:
        return Fetched(dav_calendar_of(calendar).events(window), "")
    until = f"{window.end:%Y-%m-%d} "
    tag = calendar.version.removeprefix(until) if calendar.version.startswith(until) else ""
    headers = {"Accept": "text/calendar, */*;q=0.1", **({"If-None-Match": tag} if tag else {})}
    answer = fetch(calendar.address, Wish(headers=headers))
    if answer.status == NOT_MODIFIED:
        return Fetched(None, calendar.version)
    version = until + answer.headers.get("etag", "")
    return Fetched([answer.body], version if len(version) <= LONGEST_VERSION else "")


def _note_reading(calendar_id: int, version: str, *, now: datetime) -> bool:
    read = {"read_at": now, "due_at": now + READ_EVERY, "version": version}
    well = {"failing_since": None, "problem": "", "alarmed_at": None}
    return bool(OtherCalendar.objects.filter(pk=calendar_id).update(**read, **well))


@transaction.atomic
def _note_failure(calendar_id: int, problem: str, *, now: datetime) -> None:
    """What was read before stays. After a day of failing the advisor hears of it, once."""
    calendar = OtherCalendar.objects.select_for_update().filter(pk=calendar_id).first()
    if calendar is None:
        return
    calendar.failing_since = calendar.failing_since or now
    calendar.problem = problem
    calendar.due_at = now + min(max(now - calendar.failing_since, READ_EVERY), WAIT_AT_MOST)
    if calendar.alarmed_at is None and now - calendar.failing_since >= ALARM_AFTER:
        calendar.alarmed_at = now
        outbox.post(notifications.calendar_unreadable(calendar, Policy.objects.current()), now=now)
    calendar.save()
