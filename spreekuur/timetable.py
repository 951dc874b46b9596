"""What a worker does every minute, as a table. The only schedule of the queue is made here, from code."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from organisation.faults import in_short

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    name: str
    task: str  # the path of a function without arguments


TIMETABLE = (
    Entry("say that a worker lives", "outbox.tasks.heartbeat"),
    Entry("invite and remind", "bookings.tasks.send_what_is_due"),
    Entry("remind recruiters", "referrals.tasks.remind_recruiters"),
    Entry("look at mail that came back", "candidates.tasks.look_at_failed_mail"),
    Entry("tell whose mail comes back", "spreekuur.staff_mail.tell_of_failed_addresses"),
    Entry("invite new staff", "spreekuur.staff_mail.invite_new_staff"),
    Entry("warn when messages are late", "outbox.alarm.watch"),
    Entry("deliver", "outbox.wake.wake_worker"),  # a turn of its own: it may take long
    Entry("read other calendars", "advisors.tasks.wake_when_due"),
    Entry("write talks into other calendars", "bookings.tasks.wake_when_calendars_differ"),
    Entry("read the inbox", "outbox.inbound.tasks.wake_when_there_is_one"),
    Entry("clean up", "spreekuur.cleaning.clean_up"),
)


def tick() -> None:
    """Every minute. One task that fails does not stop the others."""
    for entry in TIMETABLE:
        try:
            import_string(entry.task)()
        except Exception as error:  # whatever it is, the rest must go on
            logger.error("timetable, %s: %s", entry.name, in_short(error))


@transaction.atomic
def set_timetable() -> None:
    """The one schedule, anew: a row from elsewhere that is not right would stop them all."""
    Schedule.objects.all().delete()
    Schedule.objects.create(
        name="timetable",
        func="spreekuur.timetable.tick",
        schedule_type=Schedule.MINUTES,
        minutes=1,
        repeats=-1,
        next_run=timezone.now(),
    )
