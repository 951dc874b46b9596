"""What a worker may be asked."""

from django.utils import timezone

from advisors.external_calendars.connect import wake_reader
from advisors.external_calendars.sync import read_due
from advisors.models import OtherCalendar


def read_calendars() -> None:
    """Read the calendars that are due; whoever runs out of time asks for another turn."""
    if read_due(now=timezone.now()) and OtherCalendar.objects.due(timezone.now()).exists():
        wake_reader()


def wake_when_due() -> None:
    """Every minute. A turn of its own: other servers may take long."""
    if OtherCalendar.objects.due(timezone.now()).exists():
        wake_reader()
