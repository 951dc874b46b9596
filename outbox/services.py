"""What may be asked of the outbox: post, withdraw. Delivery stands in outbox/delivery.py."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q

from organisation.workdays import next_invitation_moment
from outbox import endings
from outbox.drafts import Draft
from outbox.models import Heartbeat, Message
from outbox.wake import wake

SHORTENED = ("recipient_name", "sender_name", "subject")


def post(*drafts: Draft, now: datetime) -> None:
    """Write the messages in the caller's transaction; what was posted before under the same dedupe key stays once."""
    rows = [_row(draft, now) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    _post_fallbacks(drafts, now)
    if any(row.not_before <= now for row in rows):
        wake()


def withdraw(
    *, about: str, now: datetime, kinds: Collection[str] = (), channel: str = "", sparing: Q | None = None
) -> int:
    """Whatever still waits about this thing will not leave any more; returns how many. Part of the same transaction.

    What is leaving at this moment cannot be called back, but is not tried again. What is `sparing` stays
    true and leaves all the same. What stands by for one of these is not counted, and does not leave either,
    also when that one has left already.
    """
    named = Message.objects.filter(about=about)
    if kinds:
        named = named.filter(kind__in=kinds)
    if channel:
        named = named.filter(channel=channel)
    if sparing:
        named = named.exclude(sparing)
    unsent = named.filter(state__in=(Message.State.QUEUED, Message.State.SENDING), is_standby=False)
    unsent.update(reason=Message.Reason.WITHDRAWN, useless_after=F("created_at"))  # the rows are ours from here on
    ended = endings.suppressed(reason=Message.Reason.WITHDRAWN, now=now)
    withdrawn = unsent.filter(state=Message.State.QUEUED).update(**ended)
    # First, so that whoever is sending one of these again is waited for, and what they put back is found below.
    named.repeatable().update(useless_after=F("created_at"), **endings.without_body())
    standing_by = Message.objects.waiting().filter(is_standby=True)
    standing_by.filter(Q(pk__in=named.values("pk")) | Q(fallback_for__in=named.values("pk"))).update(**ended)
    return withdrawn


def suppress_useless(*, now: datetime) -> int:
    """Give up what came too late, and what was withdrawn while a worker that died had it. Returns how many."""
    useless = Message.objects.useless(now)
    withdrawn = useless.filter(reason=Message.Reason.WITHDRAWN)
    ended = withdrawn.update(**endings.suppressed(reason=Message.Reason.WITHDRAWN, now=now))
    return ended + useless.update(**endings.suppressed(reason=Message.Reason.TOO_LATE, now=now))


def put_off_until_office_hours(*, now: datetime) -> None:
    """Letters for office hours wait for them, however long the queue was; also what a worker that died had."""
    opens_at = office_hours_from(now)
    if opens_at == now:
        return
    for_office_hours = Message.objects.filter(only_at_office_hours=True)
    for_office_hours.ready(now).update(not_before=opens_at)
    for_office_hours.abandoned(now).update(
        state=Message.State.QUEUED, not_before=opens_at, is_uncertain=True, lease=None, leased_until=None
    )


def office_hours_from(moment: datetime) -> datetime:
    """The moment itself, when it is within the hours for such a letter."""
    return next_invitation_moment(moment, ZoneInfo(settings.TIME_ZONE))


def beat(*, worker: str, now: datetime) -> None:
    """A worker says that it lives."""
    Heartbeat.objects.update_or_create(worker=worker, defaults={"beat_at": now})


def _post_fallbacks(drafts: Collection[Draft], now: datetime) -> None:
    """What stands by for a message that may fail; read back, because a message that was there already kept its key."""
    standbys = {draft.dedupe_key: draft.fallback for draft in drafts if draft.fallback}
    if not standbys:
        return
    firsts = Message.objects.filter(dedupe_key__in=standbys).in_bulk(field_name="dedupe_key")
    rows = []
    for key, fallback in standbys.items():
        row = _row(fallback, now)
        row.fallback_for, row.is_standby = firsts[key], True
        rows.append(row)
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def _row(draft: Draft, now: datetime) -> Message:
    values = {name: value for name, value in vars(draft).items() if name != "fallback"}
    values["not_before"] = draft.not_before or now
    for name in SHORTENED:  # SQLite takes a longer one, PostgreSQL does not
        values[name] = values[name][: getattr(Message, name).field.max_length]
    return Message(created_at=now, **values)
