"""Outbox claim without its lock, to show that the soak detects duplicates (negative control)."""

from datetime import timedelta
from time import sleep
from uuid import uuid4

from outbox.models import Message

PAUSE_SECONDS = 0.5  # between reading and claiming a message, so that others read it as well


def claim_without_lock(*, now, transports, **_others):
    """Claim a message without a lock. In two transactions, because on SQLite a single one is the lock."""
    message = Message.objects.filter(transport__in=transports).ready(now).order_by("not_before").first()
    if message is None:
        return None
    sleep(PAUSE_SECONDS)
    message.state, message.attempts = Message.State.SENDING, message.attempts + 1
    message.lease, message.leased_until = uuid4(), now + timedelta(minutes=1)
    message.save(update_fields=["state", "attempts", "lease", "leased_until"])
    return message
