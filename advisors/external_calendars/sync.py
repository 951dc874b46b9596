"""Read external calendars in the worker and store their busy times, which stay when a later read fails.

Requests to other servers are made outside a transaction; results are stored in one.
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
from advisors.external_calendars.caldav import caldav_calendar_for
from advisors.external_calendars.errors import CalendarEmptied
from advisors.external_calendars.ics_parser import BusyTimes, ParseOptions
from advisors.external_calendars.sandbox import parse_in_sandbox
from advisors.models import AgendaEntry, ExternalCalendar
from core.batch import describe_error
from core.errors import Refusal
from core.http_client import NOT_MODIFIED, FetchRequest, fetch
from core.http_errors import FetchFailed
from organisation.models import Policy
from outbox import services as outbox

READ_EVERY = timedelta(minutes=10)
MAX_BACKOFF = timedelta(hours=3)  # after a failure: as long as it has failed already, from READ_EVERY to this
EMPTY_AFTER = timedelta(hours=2)  # then a calendar that became empty is believed
ALARM_AFTER = timedelta(days=1)
BACK, AHEAD = timedelta(days=1), timedelta(days=7)  # before now and after the horizon
MAX_RUN_SECONDS = 25.0  # a task may take a minute, and the last calendar half of it
MAX_VERSION_LENGTH = 300

logger = logging.getLogger(__name__)


class Fetched(NamedTuple):
    documents: Sequence[bytes] | None  # None: not modified since the last read
    version: str


def sync_due(*, now: datetime) -> int:
    """Read the calendars that are due, longest waiting first, and return their number.

    Parallel workers read each calendar only once.
    """
    until, done = monotonic() + MAX_RUN_SECONDS, 0
    for key, due_at in list(ExternalCalendar.objects.due(now).order_by("due_at").values_list("pk", "due_at")):
        if monotonic() > until:
            break
        if ExternalCalendar.objects.filter(pk=key, due_at=due_at).update(due_at=now + READ_EVERY):
            sync_calendar(key, now=now)
            done += 1
    return done


def sync_calendar(calendar_id: int, *, now: datetime) -> None:
    """Read one calendar and store its busy times, or the error."""
    calendar = ExternalCalendar.objects.select_related("advisor__user").filter(pk=calendar_id).first()
    if calendar is None:
        return
    options = parse_options_for(calendar, Policy.objects.current(), now=now)
    try:
        fetched = _fetched(calendar, options.window)
        parsed = None if fetched.documents is None else parse_in_sandbox(fetched.documents, options)
        if parsed is not None and _is_suddenly_empty(calendar, parsed, now=now):
            raise CalendarEmptied
    except Refusal as refusal:
        _record_failure(calendar_id, refusal.code, now=now)
    except Exception as error:  # a bug of ours must not stop the other calendars
        logger.error("calendar %s: %s", calendar_id, describe_error(error))
        _record_failure(calendar_id, FetchFailed.code, now=now)
    else:
        with transaction.atomic():
            if not _record_success(calendar_id, fetched.version, now=now):
                return  # removed meanwhile
            if parsed is not None:
                replace_entries(calendar, parsed.busy)
                ExternalCalendar.objects.filter(pk=calendar_id).update(
                    skipped_events=parsed.skipped, skipped_days=[day.isoformat() for day in parsed.skipped_days]
                )


def _is_suddenly_empty(calendar: ExternalCalendar, parsed: BusyTimes, *, now: datetime) -> bool:
    """True when all busy times went at once, until EMPTY_AFTER has passed: servers lose calendars for a while."""
    if parsed.busy or parsed.skipped:
        return False
    since = calendar.failing_since if calendar.problem == CalendarEmptied.code else None
    had_times = AgendaEntry.objects.filter(calendar=calendar, busy_until__gt=now).exists()
    return had_times and (since is None or now - since < EMPTY_AFTER)


def parse_options_for(calendar: ExternalCalendar, policy: Policy, *, now: datetime) -> ParseOptions:
    """Parse options: a window from yesterday until a week after the booking horizon."""
    advisor, today = calendar.advisor, now.replace(minute=0, second=0, microsecond=0)
    own = {advisor.user.email.lower(), calendar.username.lower()} - {""}
    return ParseOptions(
        window=Span(today - BACK, today + timedelta(days=policy.horizon_days) + AHEAD),
        zone=ZoneInfo(advisor.time_zone),
        own_addresses=frozenset(own),
        own_host=(urlsplit(settings.PUBLIC_URL).hostname or "").lower(),
    )


def replace_entries(calendar: ExternalCalendar, busy: Sequence[Span]) -> None:
    """Replace the busy times of a calendar; unchanged rows are not written, duplicates are deleted.

    Runs in the caller's transaction, which has locked the calendar's row by an update: a parallel read waits there.
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


def _fetched(calendar: ExternalCalendar, window: Span) -> Fetched:
    """Documents and version of a calendar. The version has the end of the window as well as the ETag: on a later day
    an unchanged calendar has more to read.
    """
    if calendar.kind == ExternalCalendar.Kind.CALDAV:
        return Fetched(caldav_calendar_for(calendar).events(window), "")
    until = f"{window.end:%Y-%m-%d} "
    tag = calendar.version.removeprefix(until) if calendar.version.startswith(until) else ""
    headers = {"Accept": "text/calendar, */*;q=0.1", **({"If-None-Match": tag} if tag else {})}
    answer = fetch(calendar.address, FetchRequest(headers=headers))
    if answer.status == NOT_MODIFIED:
        return Fetched(None, calendar.version)
    version = until + answer.headers.get("etag", "")
    return Fetched([answer.body], version if len(version) <= MAX_VERSION_LENGTH else "")


def _record_success(calendar_id: int, version: str, *, now: datetime) -> bool:
    read = {"read_at": now, "due_at": now + READ_EVERY, "version": version}
    healthy = {"failing_since": None, "problem": "", "alarmed_at": None}
    return bool(ExternalCalendar.objects.filter(pk=calendar_id).update(**read, **healthy))


@transaction.atomic
def _record_failure(calendar_id: int, problem: str, *, now: datetime) -> None:
    """Store the error and keep the last busy times. After a day of failures, mail the advisor once."""
    calendar = ExternalCalendar.objects.select_for_update().filter(pk=calendar_id).first()
    if calendar is None:
        return
    is_just_emptied = problem == CalendarEmptied.code != calendar.problem  # it could be read, whatever failed before
    calendar.failing_since = now if is_just_emptied else calendar.failing_since or now
    calendar.problem = problem
    calendar.due_at = now + min(max(now - calendar.failing_since, READ_EVERY), MAX_BACKOFF)
    if calendar.alarmed_at is None and now - calendar.failing_since >= ALARM_AFTER:
        calendar.alarmed_at = now
        outbox.post(notifications.calendar_unreadable(calendar, Policy.objects.current()), now=now)
    calendar.save()
