"""Retention: erase candidates at the latest four weeks after the end of the procedure and the last contact.

Source: GDPR art. 5(1)(e), and the guideline of the Dutch data protection authority (AP) for applicants. When that is
for a candidate says spreekuur/erasure_dates.py.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from candidates.models import Candidate
from core.actors import COMMAND, Actor
from core.batch import run_each
from organisation.models import Policy
from spreekuur.erasure_dates import Erasure, erasure_of, store_erasures, with_facts
from spreekuur.privacy import erase_candidate

BATCH_SIZE = 1000


def erase_due(*, now: datetime, actor: Actor = COMMAND) -> int:
    """Erase all candidates that are due and return their number. A failure does not stop the others."""
    cursor: int | None = 0
    while cursor is not None:
        cursor, _erasures = calculate_erasures(after=cursor)
    return erase_each(keys_due(now=now), actor=actor, now=now)


def due_for_erasure(*, now: datetime) -> list[Any]:
    """Candidates who are due by what is known now, whatever the last run has stored."""
    days, today = Policy.objects.current().retention_days, timezone.localdate(now)
    return [one for one in _all_with_facts() if erasure_of(one, days=days).on <= today]


def calculate_erasures(*, after: int) -> tuple[int | None, list[Erasure]]:
    """Store the day of erasure of the candidates after this key.

    Returns the key to go on from, None at the end, and what was found.
    """
    candidates = list(with_facts().filter(pk__gt=after)[:BATCH_SIZE])
    erasures = store_erasures(candidates, days=Policy.objects.current().retention_days)
    return candidates[-1].pk if len(candidates) == BATCH_SIZE else None, erasures


def keys_due(*, now: datetime, after: int = 0, limit: int | None = None) -> list[int]:
    """Keys of the candidates who were due when their day was calculated."""
    due = Candidate.objects.filter(erase_on__lte=timezone.localdate(now), pk__gt=after)
    return list(due.order_by("pk").values_list("pk", flat=True)[:limit])


def erase_each(keys: list[int], *, actor: Actor, now: datetime) -> int:
    """Erase these candidates, except who is no longer due. Returns how many were erased."""
    return run_each(keys, partial(_erase, actor=actor, now=now), name="candidate")


def _erase(candidate_id: int, *, actor: Actor, now: datetime) -> bool:
    """Erase one candidate; False when they are no longer due, for example erased by another worker."""
    candidate = with_facts().filter(pk=candidate_id).first()
    if candidate is None:
        return False
    (erasure,) = store_erasures([candidate], days=Policy.objects.current().retention_days)
    if erasure.on > timezone.localdate(now):
        return False
    erase_candidate(candidate, actor=actor, now=now)
    return True


def _all_with_facts() -> Iterator[Any]:
    after = 0
    while batch := list(with_facts().filter(pk__gt=after)[:BATCH_SIZE]):
        yield from batch
        after = batch[-1].pk
