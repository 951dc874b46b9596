"""Reminder to a recruiter who has not answered in time."""

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from core.batch import run_each
from core.working_days import is_working_day
from organisation.models import Policy
from outbox import services as outbox
from referrals import notifications
from referrals.models import Referral


def remind_recruiters(*, now: datetime) -> int:
    """Post one reminder for each referral that is past its answer date. Returns the number of reminders."""
    local, policy = now.astimezone(ZoneInfo(settings.TIME_ZONE)), Policy.objects.current()
    times = policy.times
    if local.time() < times.recruiter_reminder_from or not is_working_day(local.date(), times.closed_days):
        return 0
    keys = list(_overdue(local.date()).values_list("pk", flat=True))
    return run_each(keys, partial(_remind, policy=policy, today=local.date(), now=now), name="referral")


def _overdue(today: date) -> QuerySet[Referral]:
    return Referral.objects.waiting().filter(answer_by__lt=today, reminded_at__isnull=True)


@transaction.atomic
def _remind(referral_id: int, *, policy: Policy, today: date, now: datetime) -> bool:
    if not _overdue(today).filter(pk=referral_id).update(reminded_at=now):
        return False
    referral = Referral.objects.with_people().get(pk=referral_id)
    outbox.post(notifications.reminder(referral, policy), now=now)
    return True
