"""Connect an external calendar, request a read, remove it. Reading itself is in sync.py."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django_q.tasks import async_task

from advisors.external_calendars import caldav
from advisors.external_calendars.errors import CalDavMissing, TooManyCalendars
from advisors.models import Advisor, ExternalCalendar
from advisors.services import lock_agenda
from core.actors import Actor, object_key
from core.batch import describe_error
from core.encryption import encrypt
from core.http_client import parse_target
from core.http_errors import AddressInsecure
from organisation import audit

MAX_PER_ADVISOR = 5
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ConnectionRequest:
    """Calendar to connect, as it was entered in the form."""

    kind: str
    name: str
    address: str
    username: str = ""
    password: str = ""
    gets_talks: bool = False


def connect_calendar(*, advisor: Advisor, request: ConnectionRequest, actor: Actor, now: datetime) -> ExternalCalendar:
    """Connect a calendar; its busy times block slots after the first read. The same address again updates it.

    Raises AddressInvalid, AddressHasPassword, AddressForbidden, AddressInsecure, CalDavMissing, TooManyCalendars.
    """
    with audit.record_refusals("othercalendar.add", advisor, actor=actor, now=now), transaction.atomic():
        _check_address(request)
        lock_agenda(advisor.pk)
        existing = ExternalCalendar.objects.filter(advisor=advisor, kind=request.kind, address=request.address).first()
        if existing is None and advisor.external_calendars.count() >= MAX_PER_ADVISOR:
            raise TooManyCalendars
        calendar = existing or ExternalCalendar(advisor=advisor, kind=request.kind, address=request.address)
        calendar.name, calendar.username, calendar.gets_talks = request.name, request.username, request.gets_talks
        calendar.sealed_password = encrypt(request.password, purpose=caldav.PURPOSE) if request.password else ""
        calendar.due_at, calendar.version = now, ""
        calendar.write_due_at, calendar.writing_problem = now, ""
        calendar.save()
        audit.record("othercalendar.add", calendar, actor=actor, now=now)
        transaction.on_commit(enqueue_sync)
    return calendar


@transaction.atomic
def request_sync(*, calendar: ExternalCalendar, now: datetime) -> None:
    """Read and write the whole calendar as soon as a worker is free, also when the server reports no change."""
    due = {"due_at": now, "version": "", "write_due_at": now}
    if ExternalCalendar.objects.filter(pk=calendar.pk).update(**due):
        transaction.on_commit(enqueue_sync)


@transaction.atomic
def remove_calendar(*, calendar: ExternalCalendar, actor: Actor, now: datetime) -> None:
    """Remove the calendar and its busy times; talks that were written to it stay on the server. Idempotent."""
    key = object_key(calendar)
    if ExternalCalendar.objects.filter(pk=calendar.pk).delete()[0]:
        audit.record("othercalendar.remove", key, actor=actor, now=now)


def enqueue_sync() -> None:
    """Enqueue a read of the calendars that are due. If the queue is down, the periodic task does so a minute later."""
    try:
        async_task("advisors.tasks.read_calendars")
    except Exception as error:  # any broker fails in its own way
        logger.warning("cannot enqueue the read of external calendars: %s", describe_error(error))


def _check_address(request: ConnectionRequest) -> None:
    target = parse_target(request.address)
    if request.kind == ExternalCalendar.Kind.CALDAV:
        if not caldav.is_installed():
            raise CalDavMissing
        if target.scheme != "https" and not target.is_allowed_inside:
            raise AddressInsecure
