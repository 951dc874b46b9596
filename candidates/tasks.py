"""Periodic tasks of this app."""

from django.utils import timezone

from candidates.bounced_addresses import mark_failed_addresses, stop_after_complaints


def look_at_failed_mail() -> None:
    """Process bounced addresses and spam complaints; runs every minute."""
    now = timezone.now()
    mark_failed_addresses(now=now)
    stop_after_complaints(now=now)
