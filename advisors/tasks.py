"""Queued and periodic tasks: read external calendars."""

from django.utils import timezone

from advisors.external_calendars.connect import enqueue_sync
from advisors.external_calendars.sync import sync_due
from advisors.models import ExternalCalendar


def read_calendars() -> None:
    """Read the calendars that are due. When time runs out, enqueue another run."""
    if sync_due(now=timezone.now()) and ExternalCalendar.objects.due(timezone.now()).exists():
        enqueue_sync()


def enqueue_sync_when_due() -> None:
    """Enqueue a run when a calendar is due (every minute). A separate task, because other servers may be slow."""
    if ExternalCalendar.objects.due(timezone.now()).exists():
        enqueue_sync()
