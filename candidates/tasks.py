"""Queued and periodic tasks of this app."""

from django.utils import timezone

from candidates.bounced_addresses import mark_failed_addresses, stop_after_complaints
from candidates.csv_import.background import is_work_left, work_on_files
from candidates.csv_import.services import enqueue_work


def look_at_failed_mail() -> None:
    """Process bounced addresses and spam complaints; runs every minute."""
    now = timezone.now()
    mark_failed_addresses(now=now)
    stop_after_complaints(now=now)


def work_on_csv_files() -> None:
    """Check and import files for less than a minute; what is left is another task."""
    if work_on_files(now=timezone.now()):
        enqueue_work()


def enqueue_csv_files() -> None:
    """Enqueue the work on files that wait, or that a worker left when it died; runs every minute."""
    if is_work_left(now=timezone.now()):
        enqueue_work()
