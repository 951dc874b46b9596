"""Outbox claim without its lock, to show that the soak detects duplicates (negative control)."""

from datetime import timedelta
from threading import Barrier
from uuid import uuid4

from outbox.models import Message
from tests.processes import HANG_SECONDS

both_have_read = Barrier(2)


def claim_without_lock(*, now, transports, **_others):
    """Claim a message without a lock, once two workers have read it. In two transactions: on SQLite one is the lock."""
    message = Message.objects.filter(transport__in=transports).ready(now).order_by("not_before").first()
    if message is None:
        return None
    both_have_read.wait(HANG_SECONDS)
    message.state, message.attempts = Message.State.SENDING, message.attempts + 1
    message.lease, message.leased_until = uuid4(), now + timedelta(minutes=1)
    message.save(update_fields=["state", "attempts", "lease", "leased_until"])
    return message
