"""What a worker may be asked: look what came back."""

from django.utils import timezone

from candidates.bounced_addresses import mark_failed_addresses, stop_after_complaints


def look_at_failed_mail() -> None:
    """Every minute: addresses at which nothing arrives, and who does not want our mail."""
    now = timezone.now()
    mark_failed_addresses(now=now)
    stop_after_complaints(now=now)
