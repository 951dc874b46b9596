"""An advisor's calendars elsewhere: connected, read when somebody asks, removed. What is read: keeping.py."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django_q.tasks import async_task

from advisors.external_calendars import caldav
from advisors.external_calendars.errors import CalDavMissing, TooManyCalendars
from advisors.models import Advisor, OtherCalendar
from advisors.services import lock_agenda
from core.actors import Actor, key_of
from core.batch import in_short
from core.encryption import seal
from core.errors import AddressInsecure
from core.http_client import target_of
from organisation import audit

MOST_PER_ADVISOR = 5
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What somebody typed."""

    kind: str
    name: str
    address: str
    username: str = ""
    password: str = ""
    gets_talks: bool = False


def connect_calendar(*, advisor: Advisor, wish: Connection, actor: Actor, now: datetime) -> OtherCalendar:
    """Its busy times block moments from the first reading on; the same address twice is one.

    Raises AddressInvalid, AddressHasPassword, AddressForbidden, AddressInsecure, CalDavMissing, TooManyCalendars.
    """
    with audit.refusals_recorded("othercalendar.add", advisor, actor=actor, now=now), transaction.atomic():
        _refuse_unreachable(wish)
        lock_agenda(advisor.pk)
        known = OtherCalendar.objects.filter(advisor=advisor, kind=wish.kind, address=wish.address).first()
        if known is None and advisor.other_calendars.count() >= MOST_PER_ADVISOR:
            raise TooManyCalendars
        calendar = known or OtherCalendar(advisor=advisor, kind=wish.kind, address=wish.address)
        calendar.name, calendar.username, calendar.gets_talks = wish.name, wish.username, wish.gets_talks
        calendar.sealed_password = seal(wish.password, purpose=caldav.PURPOSE) if wish.password else ""
        calendar.due_at, calendar.version = now, ""
        calendar.write_due_at, calendar.writing_problem = now, ""
        calendar.save()
        audit.record("othercalendar.add", calendar, actor=actor, now=now)
        transaction.on_commit(wake_reader)
    return calendar


@transaction.atomic
def ask_reading(*, calendar: OtherCalendar, now: datetime) -> None:
    """As soon as a worker is free, all of it: also when the server says that nothing changed."""
    asked = {"due_at": now, "version": "", "write_due_at": now}
    if OtherCalendar.objects.filter(pk=calendar.pk).update(**asked):
        transaction.on_commit(wake_reader)


@transaction.atomic
def remove_calendar(*, calendar: OtherCalendar, actor: Actor, now: datetime) -> None:
    """Its busy times go with it; talks that we wrote into it stay there. Removing twice is the same as once."""
    key = key_of(calendar)
    if OtherCalendar.objects.filter(pk=calendar.pk).delete()[0]:
        audit.record("othercalendar.remove", key, actor=actor, now=now)


def wake_reader() -> None:
    """A queue that is away costs a minute at most: the timetable looks as well."""
    try:
        async_task("advisors.tasks.read_calendars")
    except Exception as error:  # any broker fails in its own way
        logger.warning("the queue cannot be woken: %s", in_short(error))


def _refuse_unreachable(wish: Connection) -> None:
    target = target_of(wish.address)
    if wish.kind == OtherCalendar.Kind.CALDAV:
        if not caldav.is_installed():
            raise CalDavMissing
        if target.scheme != "https" and not target.is_allowed_inside:
            raise AddressInsecure
