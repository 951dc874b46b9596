"""The outbox without what makes it send once: shows that the soak can fail."""

from datetime import timedelta
from time import sleep
from uuid import uuid4

from outbox.models import Message

LOOKING_SECONDS = 0.5  # between seeing a message and taking it, so that others see it as well


def claim_without_lock(*, now, channels, **_others):
    """Who comes first is not asked. In two transactions, because on SQLite one would be the lock."""
    message = Message.objects.filter(channel__in=channels).ready(now).order_by("not_before").first()
    if message is None:
        return None
    sleep(LOOKING_SECONDS)
    message.state, message.attempts = Message.State.SENDING, message.attempts + 1
    message.lease, message.leased_until = uuid4(), now + timedelta(minutes=1)
    message.save(update_fields=["state", "attempts", "lease", "leased_until"])
    return message
