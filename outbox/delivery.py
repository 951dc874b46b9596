"""Carrying messages out: claim one right before it leaves, send it outside the transaction, record by lease.

At least once. A double is possible only when the process or the connection dies between the provider's acceptance and
our record; then the row is marked uncertain, and a letter keeps its Message-ID.
"""

import logging
import random
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from time import monotonic
from uuid import uuid4

from django.db import transaction

from organisation.faults import in_short
from outbox import mail, sms
from outbox.models import Message
from outbox.services import office_hours_from, put_off_until_office_hours, suppress_useless, without_body
from outbox.transports import Passing, Transport, Trouble

LEASE = timedelta(minutes=2)  # longer than a run and one send that hangs
RUN_SECONDS = 45  # shorter than the queue's time-out of a task
BACK_OFF_MINUTES = (1, 2, 5, 15, 60)
MAX_ATTEMPTS = 100  # about four days, as RFC 5321, 4.5.4.1 advises
State, Reason = Message.State, Message.Reason
logger = logging.getLogger(__name__)


def deliver_due(*, now: datetime, limit: int = 100_000) -> int:
    """Send what may leave now, one by one, until nothing is left, `limit` is reached or time is up.

    Returns how many left. A channel whose provider is away is left alone until the next run.
    """
    suppress_useless(now=now)
    put_off_until_office_hours(now=now)
    stop_at = monotonic() + RUN_SECONDS
    ways: dict[str, Transport] = {Message.Channel.MAIL: mail.transport(), Message.Channel.SMS: sms.transport()}
    opened = list(ways.values())
    sent = 0
    try:
        for _number in range(limit):
            message = claim(now=now, channels=ways.keys()) if ways and monotonic() < stop_at else None
            if message is None:
                break
            trouble = deliver(message, ways[message.channel], now=now)
            sent += trouble is None
            if isinstance(trouble, Passing) and trouble.is_away:
                del ways[message.channel]
    finally:
        for way in opened:
            way.close()
    return sent


@transaction.atomic
def claim(*, now: datetime, channels: Collection[str]) -> Message | None:
    """Take one message for ourselves; committed before it leaves, so that no other worker sends it as well."""
    rows = Message.objects.filter(channel__in=channels).select_for_update(skip_locked=True)
    if office_hours_from(now) != now:
        rows = rows.filter(only_at_office_hours=False)
    message = rows.abandoned(now).order_by("leased_until").first() or rows.ready(now).order_by("not_before").first()
    if message is None:
        return None
    message.is_uncertain = message.is_uncertain or message.state == State.SENDING
    message.state = State.SENDING
    message.lease, message.leased_until = uuid4(), now + LEASE
    message.attempts += 1
    message.save(update_fields=["is_uncertain", "state", "lease", "leased_until", "attempts"])
    return message


def deliver(message: Message, way: Transport, *, now: datetime) -> Trouble | None:
    """Send a message that was claimed and write down how that went; returns what was the matter."""
    try:
        provider_id = way.send(message, now=now)
    except Trouble as trouble:
        return _record_trouble(message, trouble, now=now)
    except Exception as error:  # one message that we cannot send does not stop the others
        logger.error("message %s (%s): %s", message.pk, message.kind, in_short(error))
        return _record_trouble(message, Passing(Reason.FAULT, is_uncertain=True), now=now)
    values = {"state": State.SENT, "sent_at": now, "provider_id": provider_id, "reason": "", "provider_code": ""}
    _record(message, {**values, **without_body()})
    return None


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 5, 15 minutes, then an hour; a fifth more at most, by chance."""
    minutes = BACK_OFF_MINUTES[min(attempts, len(BACK_OFF_MINUTES)) - 1]
    return timedelta(minutes=minutes * random.uniform(1, 1.2))  # noqa: S311 to spread, not to hide  # nosec B311


def _record_trouble(message: Message, trouble: Trouble, *, now: datetime) -> Trouble:
    words = (message.pk, message.kind, trouble.reason.value, trouble.code)
    if isinstance(trouble, Passing) and message.attempts < MAX_ATTEMPTS:
        logger.warning("message %s (%s) waits: %s %s", *words)
        _try_later(message, trouble, now=now)
        return trouble
    logger.error("message %s (%s) failed for good: %s %s", *words)
    values = {"state": State.FAILED, "ended_at": now, "reason": trouble.reason, "provider_code": trouble.code}
    _record(message, {**values, **without_body()})
    return trouble


def _try_later(message: Message, trouble: Passing, *, now: datetime) -> None:
    moment = now + pause_after(message.attempts)
    later = {
        "state": State.QUEUED,
        "not_before": office_hours_from(moment) if message.only_at_office_hours else moment,
        "is_uncertain": message.is_uncertain or trouble.is_uncertain,
        "provider_code": trouble.code,
    }
    if not _record(message, {**later, "reason": trouble.reason}, useless_after=message.useless_after):
        _record(message, later)  # withdrawn meanwhile: that stays the reason, and it does not leave again


def _record(message: Message, values: Mapping[str, object], **only_when: object) -> bool:
    """Write it down when the row is still ours: a lease that ended may have gone to another worker."""
    ours = Message.objects.filter(pk=message.pk, lease=message.lease, **only_when)
    return bool(ours.update(lease=None, leased_until=None, **values))
