"""Carrying messages out: claim one right before it leaves, send it outside the transaction, record by lease.

At least once. A double is possible only when the process or the connection dies between the provider's acceptance and
our record; then the row is marked uncertain, a letter keeps its Message-ID, and a text is looked up before it is sent
again. No send starts after a withdrawal has committed: each way out looks once more right before the first byte. What
remains is a process that is halted between the answer to that look and the byte.

Words are emptied once the provider has the message, so what comes back later cannot be sent again; those of a message
that it never took stay for two weeks, so that somebody can.
"""

import logging
import random
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import sleep
from uuid import uuid4

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from core.batch import in_short
from core.message_schedule import Times
from organisation.models import Policy
from outbox import backoff, circuit_breaker, fallbacks, transitions
from outbox.channels import NotAllowed, NotNow, Passing, Transport, Trouble
from outbox.clock import Clock
from outbox.delivery import maintenance
from outbox.delivery.heartbeat import Pulse
from outbox.email import smtp
from outbox.models import Message
from outbox.services import office_hours_from
from outbox.sms import policy_check

LEASE = timedelta(minutes=3)  # to connect, and one send; with the run it fits the queue's time-out of this task
ONE_SEND = timedelta(minutes=2)  # with less of the lease left nothing is begun: five slow answers and our record
RUN = timedelta(seconds=30)
PATIENCE = (0.5, 1, 2, 4, 8)  # seconds to wait for a database that is away, while we hold the provider's answer
State, Reason = Message.State, Message.Reason
logger = logging.getLogger(__name__)


def deliver_due(*, now: datetime, limit: int = 100_000, when_it_goes: Callable[[], None] = lambda: None) -> int:
    """Send what may leave now, one by one, until nothing is left, `limit` is reached or time is up.

    Letters and texts take turns, so that neither waits for the other's long queue. Returns how many left. A channel
    whose provider is away is left alone, by the others as well when nothing left on it. `when_it_goes` is called once,
    after the first has left.
    """
    clock, times = Clock(now), Policy.objects.current().times
    pulse = Pulse(clock)
    _tidy(now)
    sent, tried = Counter[str](), 0
    with _ways_out() as ways:
        away = circuit_breaker.away(now)
        turns = deque(channel for channel in ways if channel not in away)
        while turns and tried < limit and clock.now() < now + RUN:
            channel = turns.popleft()
            message = claim(now=clock.now(), channels=[channel], times=times)
            if message is None:
                continue
            trouble = deliver(message, ways[channel], now=clock.now(), beat=pulse.beat)
            pulse.beat()
            tried, sent[channel] = tried + 1, sent[channel] + (trouble is None)
            if trouble is None and sent.total() == 1:
                when_it_goes()
            if not (isinstance(trouble, Passing) and trouble.is_away):
                turns.append(channel)
            elif not sent[channel]:
                circuit_breaker.note(channel, now=clock.now())
    return sent.total()


def _tidy(now: datetime) -> None:
    maintenance.take_back_abandoned(now=now)
    maintenance.suppress_useless(now=now)
    maintenance.put_off_until_office_hours(now=now)


@contextmanager
def _ways_out() -> Iterator[dict[str, Transport]]:
    ways: dict[str, Transport] = {Message.Channel.MAIL: smtp.transport(), Message.Channel.SMS: policy_check.transport()}
    try:
        yield ways
    finally:
        for way in ways.values():
            way.close()


@transaction.atomic
def claim(*, now: datetime, channels: Collection[str], times: Times | None = None) -> Message | None:
    """Take one message for ourselves; committed before it leaves, so that no other worker sends it as well.

    On PostgreSQL others skip the row that we lock; on SQLite a writing transaction is alone. Where neither would
    hold, the update still finds only a row that nobody has.
    """
    rows = Message.objects.filter(channel__in=channels).ready(now).order_by("not_before")
    if office_hours_from(now, times) != now:
        rows = rows.filter(only_at_office_hours=False)
    message = rows.select_for_update(skip_locked=True).first()
    if message is None:
        return None
    message.state, message.sending_at, message.attempts = State.SENDING, now, message.attempts + 1
    message.lease, message.leased_until = uuid4(), now + LEASE
    names = ("state", "sending_at", "attempts", "lease", "leased_until")
    ours = Message.objects.waiting().filter(pk=message.pk)
    return message if ours.update(**{name: getattr(message, name) for name in names}) else None


def deliver(
    message: Message, way: Transport, *, now: datetime, beat: Callable[[], None] = lambda: None
) -> Trouble | None:
    """Send a message that was claimed and write down how that went; returns what was the matter."""
    clock = Clock(now)
    looks: list[datetime] = []

    def last_look() -> None:
        beat()
        _look(message, now=clock.now())
        looks.append(clock.now())

    try:
        provider_id = way.send(message, now=now, last_look=last_look)
    except Trouble as trouble:
        return _record_trouble(message, trouble, now=clock.now())
    except Exception as error:  # one message that we cannot send does not stop the others
        logger.error("message %s (%s): %s", message.pk, message.kind, in_short(error))
        may_have_left = bool(looks)  # before the look nothing did
        return _record_trouble(message, Passing(Reason.FAULT, is_uncertain=may_have_left), now=clock.now())
    found = {} if looks else {"is_uncertain": False}  # not sent now, so the provider had it, once
    _record(message, {**transitions.sent(now=clock.now()), "provider_id": provider_id, **found})
    return None


def _look(message: Message, *, now: datetime) -> None:
    """Raises Trouble when it was withdrawn or came too late since it was claimed, or may have gone to another."""
    row = Message.objects.filter(pk=message.pk, lease=message.lease).values_list("useless_after", "reason").first()
    if row is None or message.leased_until is None or message.leased_until < now + ONE_SEND:
        raise NotNow(until=now, reason=Reason.FAULT)  # it is not ours any more, or not for long enough
    useless_after, reason = row
    if reason == Reason.WITHDRAWN:
        raise NotAllowed(Reason.WITHDRAWN)
    if useless_after and useless_after <= now:
        raise NotAllowed(Reason.TOO_LATE)


def _record_trouble(message: Message, trouble: Trouble, *, now: datetime) -> Trouble:
    words = (message.pk, message.kind, trouble.reason.value, trouble.code)
    if isinstance(trouble, NotNow):
        _wait(message, trouble, now=now)
    elif isinstance(trouble, NotAllowed):
        logger.warning("message %s (%s) does not leave: %s %s", *words)
        _end(
            message,
            {**transitions.suppressed(reason=trouble.reason, now=now), "attempts": message.attempts - 1},
            now=now,
        )
    elif isinstance(trouble, Passing) and not _is_given_up(message, now):
        logger.warning("message %s (%s) waits: %s %s", *words)
        _try_later(message, trouble, now=now)
    else:
        logger.error("message %s (%s) failed for good: %s %s", *words)
        failed = transitions.failed(reason=trouble.reason, code=trouble.code, now=now)
        _end(message, {**failed, "is_uncertain": _may_have_left(message, trouble)}, now=now)
    return trouble


def _may_have_left(message: Message, trouble: Trouble) -> bool:
    return message.is_uncertain or (isinstance(trouble, Passing) and trouble.is_uncertain)


def _wait(message: Message, trouble: NotNow, *, now: datetime) -> None:
    """Nobody tried, so it is no attempt, and at night not late; what is too late by then does not wait in vain."""
    attempts = message.attempts - 1
    if message.useless_after and trouble.until >= message.useless_after:
        _end(message, {**transitions.suppressed(reason=trouble.reason, now=now), "attempts": attempts}, now=now)
        return
    first_due_at = None if trouble.reason == Reason.QUIET else _due_since(message)
    waits = {"not_before": trouble.until, "first_due_at": first_due_at, "attempts": attempts}
    _put_back(message, waits, reason=trouble.reason, now=now)


def _try_later(message: Message, trouble: Passing, *, now: datetime) -> None:
    """After a pause, or once more shortly before it makes no sense any more; else what stands by for it may leave."""
    luck = random.random()  # noqa: S311 to spread, not to hide  # nosec B311
    pause = backoff.pause_after(trouble.reason, attempts=message.attempts, asked=trouble.after, luck=luck)
    moment = backoff.next_attempt(now=now, pause=pause, useless_after=message.useless_after)
    open_at = office_hours_from(moment) if moment and message.only_at_office_hours else moment
    known = {"is_uncertain": _may_have_left(message, trouble), "provider_code": trouble.code}
    if open_at is None or (message.useless_after and open_at >= message.useless_after):
        _end(message, {**transitions.suppressed(reason=Reason.TOO_LATE, now=now), **known}, now=now)
        return
    waits = {**known, "not_before": open_at, "first_due_at": _due_since(message)}
    _put_back(message, waits, reason=trouble.reason, now=now)


def _is_given_up(message: Message, now: datetime) -> bool:
    return backoff.is_given_up(attempts=message.attempts, due_since=_due_since(message), now=now)


def _due_since(message: Message) -> datetime:
    return message.first_due_at or message.not_before


def _put_back(message: Message, values: Mapping[str, object], *, reason: str, now: datetime) -> None:
    _record_unless_withdrawn(message, {**values, "state": State.QUEUED, "reason": reason}, now=now)


@transaction.atomic
def _end(message: Message, values: Mapping[str, object], *, now: datetime) -> None:
    """It does not arrive, so what stands by for it may leave."""
    if _record_unless_withdrawn(message, values, now=now):
        fallbacks.release([message.pk], now=now)


def _record_unless_withdrawn(message: Message, values: Mapping[str, object], *, now: datetime) -> bool:
    """What did not leave, and was withdrawn meanwhile, is neither tried again nor a failure."""
    if _record(message, values, ~Q(reason=Reason.WITHDRAWN)):
        return True
    _record(message, {**values, **transitions.suppressed(reason=Reason.WITHDRAWN, now=now)})
    return False


def _record(message: Message, values: Mapping[str, object], *only_when: Q) -> bool:
    """Write it down when the row is still ours: a lease that ended may have gone to another worker.

    A database that restarts does not make us forget what the provider said.
    """
    ours = Message.objects.filter(*only_when, pk=message.pk, lease=message.lease)
    for pause in PATIENCE:
        try:
            return bool(ours.update(**{**values, **transitions.FREE}))
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning("message %s (%s): %s", message.pk, message.kind, in_short(error))
            connection.close()
            sleep(pause)
    return bool(ours.update(**{**values, **transitions.FREE}))
