"""The trail of decisions and of who read a candidate's file."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Model
from django.utils import timezone

from core.actors import Actor, key_of
from core.errors import Refusal
from organisation.models import AuditEvent


def record(action: str, about: Model | str, *, actor: Actor, result: str = "done", now: datetime | None = None) -> None:
    """Append one entry; keys only. `now` is the moment of the decision, the clock when it is left out."""
    AuditEvent.objects.create(
        action=action,
        about=about if isinstance(about, str) else key_of(about),
        result=result,
        origin=actor.origin,
        actor=actor.key,
        at=now or timezone.now(),
    )


def record_each(action: str, things: Iterable[Model], *, actor: Actor, now: datetime) -> None:
    """An entry for every thing, in one statement: a list that shows more than names is read too."""
    rows = [
        AuditEvent(action=action, about=key_of(thing), origin=actor.origin, actor=actor.key, at=now) for thing in things
    ]
    AuditEvent.objects.bulk_create(rows)


@contextmanager
def refusals_recorded(action: str, about: Model | str, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Put this outside the transaction: a refused decision rolls back, its audit entry stays."""
    try:
        yield
    except Refusal as refusal:
        record(action, about, actor=actor, result=refusal.code, now=now)
        raise
