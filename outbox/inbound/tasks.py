"""What a worker may be asked about mail that comes in."""

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from outbox.inbound.fetch import collect

READ = "outbox.inbound.tasks.read_inbox"


def read_inbox() -> None:
    """Whoever runs out of time asks for another turn."""
    if collect(now=timezone.now()):
        async_task(READ)


def wake_when_there_is_one() -> None:
    """Every minute, when there is a mailbox. A turn of its own: its server may take long."""
    if settings.INBOX_URL:
        async_task(READ)
