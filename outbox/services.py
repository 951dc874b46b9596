"""What may be asked of the outbox: post, withdraw. Delivery stands in outbox/delivery.py."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from outbox.drafts import Draft
from outbox.models import Message
from outbox.wake import wake_worker


def post(*drafts: Draft, now: datetime) -> None:
    """Write the messages in the caller's transaction; what was posted before under the same dedupe key stays once."""
    rows = [_row(draft, now) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.not_before <= now for row in rows):
        transaction.on_commit(wake_worker)


def withdraw(*, about: str, now: datetime, kinds: Collection[str] = ()) -> int:
    """Whatever still waits about this thing will not leave any more; returns how many. Part of the same transaction."""
    waiting = Message.objects.waiting().filter(about=about)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    return waiting.update(state=Message.State.SUPPRESSED, reason="withdrawn", ended_at=now, text="", html="", calendar="")


def _row(draft: Draft, now: datetime) -> Message:
    values = asdict(draft)
    values["not_before"] = draft.not_before or now
    return Message(created_at=now, **values)
