"""Periodic task: send the surveys that are due."""

from django.utils import timezone

from outbox.queue import throttled_enqueue
from talks import services


def send_due_surveys() -> None:
    """Send the surveys of completed talks (every minute)."""
    with throttled_enqueue():
        services.send_due_surveys(now=timezone.now())
