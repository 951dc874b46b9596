"""Post and withdraw messages, and record heartbeats. Sending is in outbox/delivery/worker.py."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet

from core.message_schedule import MessageSchedule
from core.working_days import next_invitation_time
from organisation.models import Policy
from outbox import transitions
from outbox.drafts import MessageDraft
from outbox.models import Heartbeat, Message
from outbox.queue import request_delivery

State = Message.State
FALLBACK_LIFETIME = timedelta(days=7)  # when no report about the SMS ever comes
TRUNCATED_FIELDS = ("recipient_name", "sender_name", "subject")


def post(*drafts: MessageDraft, now: datetime) -> None:
    """Write the messages in the caller's transaction; a dedupe key that exists already is left as it is.

    A message that has expired already is written as suppressed, with its fallback ready to be sent.
    """
    rows = [_to_row(draft, now) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    rows += _post_fallbacks(drafts, now)
    if any(row.state == State.QUEUED and row.not_before <= now and not row.is_dormant for row in rows):
        request_delivery()


def withdraw(
    *, about: str, now: datetime, kinds: Collection[str] = (), transport: str = "", except_for: Q | None = None
) -> int:
    """Suppress the queued messages about this subject, in the caller's transaction. Returns how many.

    A message that is being sent cannot be stopped, but is not retried. Fallbacks of the withdrawn messages are
    suppressed as well, also when the message itself was sent already; they are not counted. `except_for` selects
    messages that stay true.
    """
    messages = Message.objects.filter(about=about)
    if kinds:
        messages = messages.filter(kind__in=kinds)
    if transport:
        messages = messages.filter(transport=transport)
    if except_for:
        messages = messages.exclude(except_for)
    rows = _locked(messages)
    row_fallbacks = _locked(Message.objects.filter(fallback_for__in=[row.pk for row in rows])) if rows else []
    _withdraw_rows([*rows, *row_fallbacks], now=now)
    return sum(row.state == State.QUEUED and not row.is_dormant for row in rows)


def earliest_office_time(moment: datetime, times: MessageSchedule | None = None) -> datetime:
    """The moment itself when it is in the hours for letters about a rejection, else the start of the next ones.

    `times` saves a query when policy was read already.
    """
    return next_invitation_time(moment, ZoneInfo(settings.TIME_ZONE), times or Policy.objects.current().times)


def record_heartbeat(*, worker: str, now: datetime) -> None:
    if not Heartbeat.objects.filter(worker=worker).update(beat_at=now):
        Heartbeat.objects.update_or_create(worker=worker, defaults={"beat_at": now})


def _locked(rows: QuerySet[Message]) -> list[Message]:
    """Lock the rows in key order: waits for an application manager or a worker that is changing one of them."""
    return list(rows.select_for_update().order_by("pk").only("state", "reason", "is_dormant"))


def _withdraw_rows(rows: Collection[Message], *, now: datetime) -> None:
    withdrawn = Message.Reason.WITHDRAWN
    _update_in_state(rows, State.QUEUED, transitions.suppressed(reason=withdrawn, now=now))
    _update_in_state(rows, State.SENDING, {"reason": withdrawn})  # the worker reads it before it retries
    _update_in_state(rows, State.FAILED, transitions.without_body())  # cannot be sent again
    stopped = [row for row in rows if row.reason == Message.Reason.STOPPED]
    _update_in_state(stopped, State.SUPPRESSED, transitions.without_body())


def _update_in_state(rows: Collection[Message], state: Message.State, values: dict[str, Any]) -> None:
    """Update the rows that have this state; an expiry at creation marks them as withdrawn."""
    keys = [row.pk for row in rows if row.state == state]
    if keys:
        Message.objects.filter(pk__in=keys).update(**{**values, "expires_at": F("created_at")})


def _post_fallbacks(drafts: Collection[MessageDraft], now: datetime) -> list[Message]:
    """Write the fallbacks. Their messages are read back, because one that existed already kept its primary key."""
    fallbacks = {draft.dedupe_key: draft.fallback for draft in drafts if draft.fallback}
    messages = Message.objects.filter(dedupe_key__in=fallbacks).in_bulk(field_name="dedupe_key") if fallbacks else {}
    rows = []
    for key, fallback in fallbacks.items():
        message, row = messages[key], _to_row(fallback, now)
        row.fallback_for = message
        row.is_dormant = row.state == State.QUEUED and message.reason != Message.Reason.TOO_LATE
        row.expires_at = row.expires_at or message.expires_at or message.not_before + FALLBACK_LIFETIME
        rows.append(row)
    return Message.objects.bulk_create(rows, ignore_conflicts=True)


def _to_row(draft: MessageDraft, now: datetime) -> Message:
    values = {name: value for name, value in vars(draft).items() if name != "fallback"}
    values["not_before"] = draft.not_before or now
    for name in TRUNCATED_FIELDS:  # PostgreSQL refuses a value that is too long
        values[name] = values[name][: getattr(Message, name).field.max_length]
    if draft.expires_at and draft.expires_at <= max(now, values["not_before"]):
        values |= transitions.suppressed(reason=Message.Reason.TOO_LATE, now=now)
    return Message(created_at=now, **values)
