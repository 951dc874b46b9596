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
from outbox import endings, mail, standbys
from outbox.models import Message
from outbox.services import office_hours_from, put_off_until_office_hours, suppress_useless
from outbox.texting import gate
from outbox.transports import NotAllowed, NotNow, Passing, Transport, Trouble

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
    ways: dict[str, Transport] = {Message.Channel.MAIL: mail.transport(), Message.Channel.SMS: gate.transport()}
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
    _record(message, {**endings.sent(now=now), "provider_id": provider_id})
    return None


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 5, 15 minutes, then an hour; a fifth more at most, by chance."""
    minutes = BACK_OFF_MINUTES[min(attempts, len(BACK_OFF_MINUTES)) - 1]
    return timedelta(minutes=minutes * random.uniform(1, 1.2))  # noqa: S311 to spread, not to hide  # nosec B311


def _record_trouble(message: Message, trouble: Trouble, *, now: datetime) -> Trouble:
    words = (message.pk, message.kind, trouble.reason.value, trouble.code)
    if isinstance(trouble, NotNow):
        _wait(message, trouble, now=now)
    elif isinstance(trouble, NotAllowed):
        logger.warning("message %s (%s) does not leave: %s %s", *words)
        _end(message, endings.suppressed(reason=trouble.reason, now=now), now=now)
    elif isinstance(trouble, Passing) and message.attempts < MAX_ATTEMPTS:
        logger.warning("message %s (%s) waits: %s %s", *words)
        _try_later(message, trouble, now=now)
    else:
        logger.error("message %s (%s) failed for good: %s %s", *words)
        _end(message, endings.failed(reason=trouble.reason, code=trouble.code, now=now), now=now)
    return trouble


def _wait(message: Message, trouble: NotNow, *, now: datetime) -> None:
    """Nobody tried, so it is no attempt; what would have come too late by then does not wait in vain."""
    if message.useless_after and trouble.until >= message.useless_after:
        _end(message, endings.suppressed(reason=trouble.reason, now=now), now=now)
        return
    attempts = message.attempts - 1
    later = {"state": State.QUEUED, "not_before": trouble.until, "first_due_at": None, "attempts": attempts}
    _record_unless_withdrawn(message, later, reason=trouble.reason)


@transaction.atomic
def _end(message: Message, values: Mapping[str, object], *, now: datetime) -> None:
    """It does not arrive, so what stands by for it may leave."""
    if _record(message, values):
        standbys.release([message.pk], now=now)


def _try_later(message: Message, trouble: Passing, *, now: datetime) -> None:
    moment = now + pause_after(message.attempts)
    later = {
        "state": State.QUEUED,
        "not_before": office_hours_from(moment) if message.only_at_office_hours else moment,
        "first_due_at": message.first_due_at or message.not_before,
        "is_uncertain": message.is_uncertain or trouble.is_uncertain,
        "provider_code": trouble.code,
    }
    _record_unless_withdrawn(message, later, reason=trouble.reason)


def _record_unless_withdrawn(message: Message, values: Mapping[str, object], *, reason: str) -> None:
    if not _record(message, {**values, "reason": reason}, useless_after=message.useless_after):
        _record(message, values)  # withdrawn meanwhile: that stays the reason, and it does not leave again


def _record(message: Message, values: Mapping[str, object], **only_when: object) -> bool:
    """Write it down when the row is still ours: a lease that ended may have gone to another worker."""
    ours = Message.objects.filter(pk=message.pk, lease=message.lease, **only_when)
    return bool(ours.update(**{**values, **endings.FREE}))
