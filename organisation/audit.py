"""Append to the audit log of decisions and of reads of candidates' data."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db.models import Model
from django.utils import timezone

from core.actors import STRANGER, Actor, object_key
from core.errors import Refusal
from organisation.models import AuditEvent

# IP address from which the current request came; middleware sets it, a worker has none.
source_address: ContextVar[str | None] = ContextVar("source_address", default=None)


def _address_for(actor: Actor) -> str | None:
    """The address for actions of staff and failed sign-ins; a candidate's is not kept (data minimisation)."""
    return source_address.get() if actor.key.startswith(("user:", STRANGER.key)) else None


def record(action: str, about: Model | str, *, actor: Actor, result: str = "done", now: datetime | None = None) -> None:
    """Append one entry; keys only. `now` is the time of the decision, by default the current time."""
    AuditEvent.objects.create(
        action=action,
        about=about if isinstance(about, str) else object_key(about),
        result=result,
        origin=actor.origin,
        actor=actor.key,
        at=now or timezone.now(),
        address=_address_for(actor),
    )


def record_each(action: str, objects: Iterable[Model], *, actor: Actor, now: datetime) -> None:
    """Append one entry per object in one statement, for a list that shows personal data."""
    rows = [
        AuditEvent(
            action=action,
            about=object_key(thing),
            origin=actor.origin,
            actor=actor.key,
            at=now,
            address=_address_for(actor),
        )
        for thing in objects
    ]
    AuditEvent.objects.bulk_create(rows)


@contextmanager
def record_refusals(action: str, about: Model | str, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Record a Refusal raised inside. Use it outside the transaction, whose rollback would remove the entry."""
    try:
        yield
    except Refusal as refusal:
        record(action, about, actor=actor, result=refusal.code, now=now)
        raise
