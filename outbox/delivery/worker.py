"""Send queued messages: claim one under a lease, send it outside the transaction, record the result by lease.

Every message is sent at least once. A duplicate is possible only when the process or the connection dies between the
provider's acceptance and our record. Then the row is marked uncertain: an e-mail keeps its Message-ID, and an SMS is
looked up at the provider before it is sent again. No send starts after a withdrawal has committed, because every
backend calls `final_check` right before the first byte. What remains is a process that is halted between the answer to
that query and the byte.

The body is erased once the provider has accepted the message. That of a message that was never accepted stays for two
weeks, so that an application manager can send it again.
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

from core.batch import describe_error
from core.message_schedule import MessageSchedule
from organisation.models import Policy
from outbox import backoff, fallbacks, transitions
from outbox.backends import Backend, Deferred, DeliveryError, Suppressed, TemporaryError
from outbox.clock import MonotonicClock
from outbox.delivery import coordination, maintenance
from outbox.email import smtp
from outbox.models import Message
from outbox.services import earliest_office_time
from outbox.sms import policy_check

LEASE = timedelta(minutes=3)  # to connect and send once; a run and a lease fit the queue's time-out of this task
MAX_SEND = timedelta(minutes=2)  # five slow answers and our record; with less of the lease left nothing is sent
RUN_LENGTH = timedelta(seconds=30)
DATABASE_RETRY_SECONDS = (0.5, 1, 2, 4, 8)  # while the database is away and we hold the provider's answer
State, Reason = Message.State, Message.Reason
logger = logging.getLogger(__name__)


def deliver_due(*, now: datetime, limit: int = 100_000, on_first_sent: Callable[[], None] = lambda: None) -> int:
    """Send what is due, one by one, until nothing is left, `limit` is reached or the run is over. Returns how many.

    E-mail and SMS alternate, so that neither waits for the other's backlog. A transport whose provider is unreachable
    is skipped for the rest of the run, and by other workers as well when nothing was sent on it.
    """
    clock, times = MonotonicClock(now), Policy.objects.current().times
    timer = coordination.HeartbeatTimer(clock)
    _prepare(now)
    sent, tried = Counter[str](), 0
    with _open_backends() as backends:
        unavailable = coordination.unavailable_transports(now)
        transports = deque(transport for transport in backends if transport not in unavailable)
        while transports and tried < limit and clock.now() < now + RUN_LENGTH:
            transport = transports.popleft()
            message = claim(now=clock.now(), transports=[transport], times=times)
            if message is None:
                continue
            error = deliver(message, backends[transport], now=clock.now(), heartbeat=timer.tick)
            timer.tick()
            tried, sent[transport] = tried + 1, sent[transport] + (error is None)
            if error is None and sent.total() == 1:
                on_first_sent()
            if not (isinstance(error, TemporaryError) and error.is_provider_down):
                transports.append(transport)
            elif not sent[transport]:
                coordination.record_outage(transport, now=clock.now())
    return sent.total()


def _prepare(now: datetime) -> None:
    maintenance.requeue_expired_leases(now=now)
    maintenance.suppress_expired(now=now)
    maintenance.defer_to_office_hours(now=now)


@contextmanager
def _open_backends() -> Iterator[dict[str, Backend]]:
    backends = {Message.Transport.MAIL: smtp.backend(), Message.Transport.SMS: policy_check.backend()}
    try:
        yield {transport.value: backend for transport, backend in backends.items()}
    finally:
        for backend in backends.values():
            backend.close()


@transaction.atomic
def claim(*, now: datetime, transports: Collection[str], times: MessageSchedule | None = None) -> Message | None:
    """Lease one ready message, the longest due first; None when there is none. Committed before it is sent.

    On PostgreSQL other workers skip the row that we lock; on SQLite a writing transaction is alone. If neither held,
    the conditional UPDATE would still find only a row that nobody has.
    """
    rows = Message.objects.filter(transport__in=transports).ready(now).order_by("not_before")
    if earliest_office_time(now, times) != now:
        rows = rows.filter(only_at_office_hours=False)
    message = rows.select_for_update(skip_locked=True).first()
    if message is None:
        return None
    message.state, message.sending_at, message.attempts = State.SENDING, now, message.attempts + 1
    message.lease, message.leased_until = uuid4(), now + LEASE
    names = ("state", "sending_at", "attempts", "lease", "leased_until")
    row = Message.objects.queued().filter(pk=message.pk)
    return message if row.update(**{name: getattr(message, name) for name in names}) else None


def deliver(
    message: Message, backend: Backend, *, now: datetime, heartbeat: Callable[[], None] = lambda: None
) -> DeliveryError | None:
    """Send a claimed message and record the result; returns the error, if any."""
    clock = MonotonicClock(now)
    checks_passed: list[datetime] = []

    def final_check() -> None:
        heartbeat()
        _check_is_still_due(message, now=clock.now())
        checks_passed.append(clock.now())

    try:
        provider_id = backend.send(message, now=now, final_check=final_check)
    except DeliveryError as error:
        return _record_error(message, error, now=clock.now())
    except Exception as error:  # one message that we cannot send does not stop the others
        logger.error("message %s (%s): %s", message.pk, message.kind, describe_error(error))
        may_be_sent = bool(checks_passed)  # before the check nothing was
        return _record_error(message, TemporaryError(Reason.FAULT, is_uncertain=may_be_sent), now=clock.now())
    found = {} if checks_passed else {"is_uncertain": False}  # not sent now: the provider had it already, once
    _record(message, {**transitions.sent(now=clock.now()), "provider_id": provider_id, **found})
    return None


def _check_is_still_due(message: Message, *, now: datetime) -> None:
    """Raise a DeliveryError when it was withdrawn or has expired since the claim, or another worker may have it."""
    row = Message.objects.filter(pk=message.pk, lease=message.lease).values_list("expires_at", "reason").first()
    if row is None or message.leased_until is None or message.leased_until < now + MAX_SEND:
        raise Deferred(until=now, reason=Reason.FAULT)  # the lease is another's, or too short for one send
    expires_at, reason = row
    if reason == Reason.WITHDRAWN:
        raise Suppressed(Reason.WITHDRAWN)
    if expires_at and expires_at <= now:
        raise Suppressed(Reason.TOO_LATE)


def _record_error(message: Message, error: DeliveryError, *, now: datetime) -> DeliveryError:
    facts = (message.pk, message.kind, error.reason.value, error.code)
    if isinstance(error, Deferred):
        _defer(message, error, now=now)
    elif isinstance(error, Suppressed):
        logger.warning("message %s (%s) is not sent: %s %s", *facts)
        suppressed = transitions.suppressed(reason=error.reason, now=now)
        _end(message, {**suppressed, "attempts": message.attempts - 1}, now=now)
    elif isinstance(error, TemporaryError) and not _is_given_up(message, now):
        logger.warning("message %s (%s) is retried later: %s %s", *facts)
        _retry_later(message, error, now=now)
    else:
        logger.error("message %s (%s) failed for good: %s %s", *facts)
        failed = transitions.failed(reason=error.reason, code=error.code, now=now)
        _end(message, {**failed, "is_uncertain": _may_be_sent(message, error)}, now=now)
    return error


def _may_be_sent(message: Message, error: DeliveryError) -> bool:
    return message.is_uncertain or (isinstance(error, TemporaryError) and error.is_uncertain)


def _defer(message: Message, error: Deferred, *, now: datetime) -> None:
    """Requeue until the given time, not counted as an attempt; suppress it when it has expired by then.

    Waiting for the end of quiet hours does not count as being late either.
    """
    attempts = message.attempts - 1
    if message.expires_at and error.until >= message.expires_at:
        _end(message, {**transitions.suppressed(reason=error.reason, now=now), "attempts": attempts}, now=now)
        return
    first_due_at = None if error.reason == Reason.QUIET else _due_since(message)
    values = {"not_before": error.until, "first_due_at": first_due_at, "attempts": attempts}
    _requeue(message, values, reason=error.reason, now=now)


def _retry_later(message: Message, error: TemporaryError, *, now: datetime) -> None:
    """Requeue for another attempt; suppress it when there is no time for one before it expires."""
    jitter = random.random()  # noqa: S311 to spread retries, not a secret  # nosec B311
    pause = backoff.pause_after(error.reason, attempts=message.attempts, retry_after=error.retry_after, jitter=jitter)
    next_at = backoff.next_attempt(now=now, pause=pause, expires_at=message.expires_at)
    open_at = earliest_office_time(next_at) if next_at and message.only_at_office_hours else next_at
    known = {"is_uncertain": _may_be_sent(message, error), "provider_code": error.code}
    if open_at is None or (message.expires_at and open_at >= message.expires_at):
        _end(message, {**transitions.suppressed(reason=Reason.TOO_LATE, now=now), **known}, now=now)
        return
    values = {**known, "not_before": open_at, "first_due_at": _due_since(message)}
    _requeue(message, values, reason=error.reason, now=now)


def _is_given_up(message: Message, now: datetime) -> bool:
    return backoff.is_given_up(attempts=message.attempts, due_since=_due_since(message), now=now)


def _due_since(message: Message) -> datetime:
    return message.first_due_at or message.not_before


def _requeue(message: Message, values: Mapping[str, object], *, reason: str, now: datetime) -> None:
    _record_unless_withdrawn(message, {**values, "state": State.QUEUED, "reason": reason}, now=now)


@transaction.atomic
def _end(message: Message, values: Mapping[str, object], *, now: datetime) -> None:
    """Record that it does not arrive, and release its fallback."""
    if _record_unless_withdrawn(message, values, now=now):
        fallbacks.release([message.pk], now=now)


def _record_unless_withdrawn(message: Message, values: Mapping[str, object], *, now: datetime) -> bool:
    """Record the values, or the suppression when it was withdrawn meanwhile: neither a retry nor a failure."""
    if _record(message, values, ~Q(reason=Reason.WITHDRAWN)):
        return True
    _record(message, {**values, **transitions.suppressed(reason=Reason.WITHDRAWN, now=now)})
    return False


def _record(message: Message, values: Mapping[str, object], *conditions: Q) -> bool:
    """Write the values and release the lease, if it is still ours; one that ended may have gone to another worker.

    Retried while the database restarts, because we hold the provider's answer.
    """
    row = Message.objects.filter(*conditions, pk=message.pk, lease=message.lease)
    for seconds in DATABASE_RETRY_SECONDS:
        try:
            return bool(row.update(**{**values, **transitions.RELEASED}))
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning("message %s (%s): %s", message.pk, message.kind, describe_error(error))
            connection.close()
            sleep(seconds)
    return bool(row.update(**{**values, **transitions.RELEASED}))
