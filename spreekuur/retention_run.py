"""The daily run: erase candidates who are due, and delete messages, replies and audit entries that are old enough.

A run is a row, worked through in parts of less than a minute, so that it never holds up a worker and goes on where a
killed one left it.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from time import monotonic

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from candidates.models import Candidate
from core.actors import SYSTEM
from core.batch import describe_error
from organisation import audit
from organisation.models import AuditEvent, Policy, RetentionRun
from outbox.delivery.maintenance import delete_old_messages
from outbox.inbound.store import delete_old as delete_old_mail
from outbox.inbound.store import delete_old_texts, erase_old_reports
from spreekuur.retention import calculate_erasures, erase_each, keys_due

START_AT = time(3)  # local time; later when no worker ran
PART_SECONDS = 40.0  # less than the queue's limit of a task
LEASE = timedelta(minutes=5)
CANDIDATES_AT_ONCE, RECORDS_AT_ONCE = 50, 2000
CLOCK_MARGIN = timedelta(days=1)  # the database's own clock guards the audit entries of the last year
Stage = RetentionRun.Stage
logger = logging.getLogger(__name__)


def is_due(*, now: datetime) -> bool:
    """True when today's run has not begun, from three in the morning on, or a run waits to go on."""
    run = RetentionRun.objects.first()
    local = timezone.localtime(now)
    if run is not None and run.finished_at is None:
        return RetentionRun.objects.free(now).filter(pk=run.pk).exists()
    return local.time() >= START_AT and (run is None or run.day < local.date())


def continue_run(*, now: datetime, seconds: float = PART_SECONDS) -> RetentionRun | None:
    """Begin today's run or go on with an unfinished one, for so many seconds. None when there is nothing to do."""
    run = _claim(now)
    if run is None:
        return None
    stop_at = monotonic() + seconds
    while run.finished_at is None:
        if not STEPS[run.stage](run, now):
            _enter_next_stage(run, now)
        run.save()
        if monotonic() >= stop_at:
            break
    RetentionRun.objects.filter(pk=run.pk).update(leased_until=None)
    return run


def _claim(now: datetime) -> RetentionRun | None:
    """Today's run, or the last one when it was not finished; None when another worker has it."""
    if not is_due(now=now):
        return None
    run = RetentionRun.objects.filter(finished_at__isnull=True).first()
    if run is None:
        run, _is_new = RetentionRun.objects.get_or_create(day=timezone.localdate(now), defaults={"started_at": now})
    until = now + LEASE
    if not RetentionRun.objects.free(now).filter(pk=run.pk).update(leased_until=until):
        return None
    run.refresh_from_db()
    return run


def _calculate(run: RetentionRun, now: datetime) -> bool:
    """Calculate the days of some candidates, and count who stays by what keeps them. False at the end."""
    cursor, erasures = calculate_erasures(after=run.cursor)
    today = timezone.localdate(now)
    run.kept = dict(Counter(run.kept) + Counter(str(one.kept_by) for one in erasures if one.on > today))
    run.cursor = cursor or 0
    return cursor is not None


def _erase(run: RetentionRun, now: datetime) -> bool:
    keys = keys_due(now=now, after=run.cursor, limit=CANDIDATES_AT_ONCE)
    if not keys:
        return False
    run.erased += erase_each(keys, actor=SYSTEM, now=now)
    run.failed += Candidate.objects.filter(pk__in=keys, erase_on__lte=timezone.localdate(now)).count()
    run.cursor = keys[-1]
    return True


def _delete(run: RetentionRun, now: datetime) -> bool:
    """Delete some records of each kind. False when there are none left."""
    policy = Policy.objects.current()
    messages_before = now - timedelta(days=policy.message_retention_days)
    audit_before = now - relativedelta(months=policy.audit_retention_months) - CLOCK_MARGIN
    limit = RECORDS_AT_ONCE
    messages = _deleted("messages", lambda: delete_old_messages(before=messages_before, limit=limit))
    mails = _deleted("incoming mail", lambda: delete_old_mail(now=now, limit=limit))
    texts = _deleted("incoming texts", lambda: delete_old_texts(now=now, limit=limit))
    reports = _deleted("unclear reports", lambda: erase_old_reports(now=now, limit=limit))
    entries = _deleted("audit", lambda: AuditEvent.objects.delete_before(audit_before, now=now, limit=limit))
    runs = _deleted("reports", lambda: RetentionRun.objects.filter(started_at__lt=audit_before).delete()[0])
    run.messages += messages
    run.replies += mails + texts + reports
    run.audit_entries += entries
    return bool(messages + mails + texts + reports + entries + runs)


def _deleted(name: str, delete: Callable[[], int]) -> int:
    """Number of deleted rows; a kind that fails does not stop the others."""
    try:
        return delete()
    except Exception as error:
        logger.error("retention of %s: %s", name, describe_error(error))
        return 0


STEPS: dict[str, Callable[[RetentionRun, datetime], bool]] = {
    Stage.DATES: _calculate,
    Stage.CANDIDATES: _erase,
    Stage.RECORDS: _delete,
}


def _enter_next_stage(run: RetentionRun, now: datetime) -> None:
    run.cursor = 0
    if run.stage == Stage.DATES:
        run.stage, run.calculated_at = Stage.CANDIDATES, now
    elif run.stage == Stage.CANDIDATES:
        run.stage = Stage.RECORDS
    else:
        run.finished_at = now
        audit.record("retention.run", run, actor=SYSTEM, now=now)
