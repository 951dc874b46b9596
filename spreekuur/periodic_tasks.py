"""What a worker does every minute, as a table. The only schedule of the queue is made here, from code."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from core.batch import in_short
from outbox.tasks import clock_is_calm

SOON = timedelta(minutes=2)  # a minute, and what the clocks of two machines may differ
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    name: str
    task: str  # the path of a function without arguments
    at_any_clock: bool = False  # does no harm when the clock is wrong


TIMETABLE = (
    Entry("say that a worker lives", "outbox.tasks.heartbeat", at_any_clock=True),
    Entry(
        "warn when messages are late", "outbox.monitoring.alerts.watch"
    ),  # before the scans, which may use up the minute
    Entry("deliver", "outbox.queue.wake_worker"),  # a turn of its own: it may take long
    Entry("read the inbox", "outbox.inbound.tasks.wake_when_there_is_one"),
    Entry("ask what became of texts", "outbox.sms.tasks.wake_when_texts_are_silent"),
    Entry("invite and remind", "bookings.tasks.send_what_is_due"),
    Entry("ask how talks were", "talks.tasks.ask_how_it_was"),
    Entry("remind recruiters", "referrals.tasks.remind_recruiters"),
    Entry("look at mail that came back", "candidates.tasks.look_at_failed_mail"),
    Entry("tell whose mail comes back", "spreekuur.staff_mail.tell_of_failed_addresses"),
    Entry("invite new staff", "spreekuur.staff_mail.invite_new_staff"),
    Entry("read other calendars", "advisors.tasks.wake_when_due"),
    Entry("write talks into other calendars", "bookings.tasks.wake_when_calendars_differ"),
    Entry("clean up", "spreekuur.cleanup.clean_up"),
)


def tick() -> None:
    """Every minute. One task that fails does not stop the others.

    After a jump of the clock we wait: a reminder that came too late by a clock that was ahead is marked as told, and
    does not leave when the clock is right again.
    """
    is_calm = clock_is_calm()
    for entry in TIMETABLE:
        if not (is_calm or entry.at_any_clock):
            continue
        try:
            import_string(entry.task)()
        except Exception as error:  # whatever it is, the rest must go on
            logger.error("timetable, %s: %s", entry.name, in_short(error))


def mend_timetable() -> None:
    """A clock that was set back leaves the next turn hours ahead: until then nothing would be done."""
    if not Schedule.objects.filter(next_run__lte=timezone.now() + SOON).exists():
        logger.warning("the next turn of the timetable was not soon: it is set anew")
        set_timetable()


@transaction.atomic
def set_timetable() -> None:
    """The one schedule, anew: a row from elsewhere that is not right would stop them all."""
    Schedule.objects.all().delete()
    Schedule.objects.create(
        name="timetable",
        func="spreekuur.periodic_tasks.tick",
        schedule_type=Schedule.MINUTES,
        minutes=1,
        repeats=-1,
        next_run=timezone.now(),
    )
