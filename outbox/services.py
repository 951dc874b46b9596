"""What may be asked of the outbox: post, withdraw. Delivery stands in outbox/delivery.py."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q, QuerySet

from core.message_schedule import Times
from core.working_days import next_invitation_moment
from organisation.models import Policy
from outbox import transitions
from outbox.drafts import Draft
from outbox.models import Heartbeat, Message
from outbox.queue import wake

State = Message.State
STANDS_BY = timedelta(days=7)  # for a text of which nobody ever says whether it arrived
SHORTENED = ("recipient_name", "sender_name", "subject")


def post(*drafts: Draft, now: datetime) -> None:
    """Write the messages in the caller's transaction; what was posted before under the same dedupe key stays once.

    What would come too late already is written down as such, with what stands by for it ready to leave.
    """
    rows = [_row(draft, now) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    rows += _post_fallbacks(drafts, now)
    if any(row.state == State.QUEUED and row.not_before <= now and not row.is_standby for row in rows):
        wake()


def withdraw(
    *, about: str, now: datetime, kinds: Collection[str] = (), channel: str = "", sparing: Q | None = None
) -> int:
    """Whatever still waits about this thing will not leave any more; returns how many. Part of the same transaction.

    What is leaving at this moment cannot be called back, but is not tried again. What is `sparing` stays
    true and leaves all the same. What stands by for one of these, or waits in its place, is not counted and does not
    leave either, also when that one has left already.
    """
    named = Message.objects.filter(about=about)
    if kinds:
        named = named.filter(kind__in=kinds)
    if channel:
        named = named.filter(channel=channel)
    if sparing:
        named = named.exclude(sparing)
    rows = _locked(named)
    others = _locked(Message.objects.filter(fallback_for__in=[row.pk for row in rows])) if rows else []
    _call_back([*rows, *others], now=now)
    return sum(row.state == State.QUEUED and not row.is_standby for row in rows)


def office_hours_from(moment: datetime, times: Times | None = None) -> datetime:
    """The moment itself, when it is within the hours for such a letter; `times` when policy was read already."""
    return next_invitation_moment(moment, ZoneInfo(settings.TIME_ZONE), times or Policy.objects.current().times)


def beat(*, worker: str, now: datetime, **clock: float | None) -> None:
    """A worker says that it lives, and what it saw of its clock."""
    if not Heartbeat.objects.filter(worker=worker).update(beat_at=now, **clock):
        Heartbeat.objects.update_or_create(worker=worker, defaults={"beat_at": now, **clock})


def clock_of(worker: str) -> tuple[float | None, float]:
    """What the processes of this worker saw of its clock; see `ticking.Watch`."""
    return Heartbeat.objects.filter(worker=worker).values_list("clock_offset", "calm_at").first() or (None, 0.0)


def _locked(rows: QuerySet[Message]) -> list[Message]:
    """Whoever sends one of these again, or writes down how it went, is waited for."""
    return list(rows.select_for_update().order_by("pk").only("state", "reason", "is_standby"))


def _call_back(rows: Collection[Message], *, now: datetime) -> None:
    """What waits does not leave, what is leaving is not tried again, and nobody sends again what failed."""
    withdrawn = Message.Reason.WITHDRAWN
    _end_use(rows, State.QUEUED, transitions.suppressed(reason=withdrawn, now=now))
    _end_use(rows, State.SENDING, {"reason": withdrawn})
    _end_use(rows, State.FAILED, transitions.without_body())
    _end_use(
        [row for row in rows if row.reason == Message.Reason.STOPPED], State.SUPPRESSED, transitions.without_body()
    )


def _end_use(rows: Collection[Message], state: Message.State, values: dict[str, Any]) -> None:
    keys = [row.pk for row in rows if row.state == state]
    if keys:
        Message.objects.filter(pk__in=keys).update(**{**values, "useless_after": F("created_at")})


def _post_fallbacks(drafts: Collection[Draft], now: datetime) -> list[Message]:
    """What stands by for a message that may fail; read back, because a message that was there already kept its key."""
    standbys = {draft.dedupe_key: draft.fallback for draft in drafts if draft.fallback}
    firsts = Message.objects.filter(dedupe_key__in=standbys).in_bulk(field_name="dedupe_key") if standbys else {}
    rows = []
    for key, fallback in standbys.items():
        first, row = firsts[key], _row(fallback, now)
        row.fallback_for = first
        row.is_standby = row.state == State.QUEUED and first.reason != Message.Reason.TOO_LATE
        row.useless_after = row.useless_after or first.useless_after or first.not_before + STANDS_BY
        rows.append(row)
    return Message.objects.bulk_create(rows, ignore_conflicts=True)


def _row(draft: Draft, now: datetime) -> Message:
    values = {name: value for name, value in vars(draft).items() if name != "fallback"}
    values["not_before"] = draft.not_before or now
    for name in SHORTENED:  # SQLite takes a longer one, PostgreSQL does not
        values[name] = values[name][: getattr(Message, name).field.max_length]
    if draft.useless_after and draft.useless_after <= max(now, values["not_before"]):
        values |= transitions.suppressed(reason=Message.Reason.TOO_LATE, now=now)
    return Message(created_at=now, **values)
