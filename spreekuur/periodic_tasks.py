"""The tasks that a worker runs every minute. The queue has no other schedule, and this one is made from code."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from core.batch import describe_error, shared_deadline

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PeriodicTask:
    name: str
    task: str  # the path of a function without arguments


PERIODIC_TASKS = (
    PeriodicTask("heartbeat", "outbox.tasks.heartbeat"),
    # Before the scans, which may use up the minute.
    PeriodicTask("warn about overdue messages", "outbox.monitoring.alerts.check_overdue_messages"),
    PeriodicTask("enqueue a delivery run", "outbox.queue.enqueue_delivery"),
    PeriodicTask("read the inbox", "outbox.inbound.tasks.enqueue_read_inbox"),
    PeriodicTask("ask for the status of SMS", "outbox.sms.tasks.enqueue_status_polling"),
    PeriodicTask("invite and remind", "bookings.tasks.send_what_is_due"),
    PeriodicTask("send surveys", "talks.tasks.send_due_surveys"),
    PeriodicTask("remind recruiters", "referrals.tasks.remind_recruiters"),
    PeriodicTask("check candidates' bounced addresses", "candidates.tasks.look_at_failed_mail"),
    PeriodicTask("check and import CSV files", "candidates.tasks.enqueue_csv_files"),
    PeriodicTask("report bounced addresses of staff", "spreekuur.staff_mail.report_failed_addresses"),
    PeriodicTask("mail about changes of accounts", "spreekuur.staff_mail.mail_account_notices"),
    PeriodicTask("invite new staff", "spreekuur.staff_mail.invite_new_staff"),
    PeriodicTask("read external calendars", "advisors.tasks.enqueue_sync_when_due"),
    PeriodicTask("write bookings into external calendars", "bookings.tasks.enqueue_calendar_push"),
    PeriodicTask("erase what is due", "spreekuur.tasks.enqueue_retention"),
    PeriodicTask("clean up", "spreekuur.cleanup.clean_up"),
)


def run_periodic_tasks() -> None:
    """Run all tasks, in order and under one deadline. One that fails does not stop the others."""
    with shared_deadline():
        for task in PERIODIC_TASKS:
            _run(task)


def _run(task: PeriodicTask) -> None:
    try:
        import_string(task.task)()
    except Exception as error:  # whatever it is, the rest must go on
        logger.error("periodic task, %s: %s", task.name, describe_error(error))


@transaction.atomic
def set_schedule() -> None:
    """Replace every schedule by our own: a broken row from elsewhere would stop them all."""
    Schedule.objects.all().delete()
    Schedule.objects.create(
        name="periodic tasks",
        func="spreekuur.periodic_tasks.run_periodic_tasks",
        schedule_type=Schedule.MINUTES,
        minutes=1,
        repeats=-1,
        next_run=timezone.now(),
    )
