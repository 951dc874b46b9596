"""Dates of erasure and reports of the daily run, for the page of application managers. Keys only, no names."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from candidates.models import Candidate
from organisation.models import AuditEvent, RetentionRun

PAGE_SIZE = 25
RUNS_SHOWN, ERASURES_SHOWN = 7, 10
LATE_AFTER = timedelta(hours=36)
POSITION = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class ErasurePage:
    """One page of candidates by day of erasure; `next_position` is "" on the last."""

    candidates: list[Candidate]
    next_position: str
    is_first: bool


@dataclass(frozen=True)
class KeptCount:
    label: str
    code: str
    number: int


def erasure_page(*, kept_by: str, position: str) -> ErasurePage:
    """Candidates from this position on, first to be erased first; an unknown position is the beginning.

    Keyset paging: the last page is as fast as the first.
    """
    planned = Candidate.objects.filter(erase_on__isnull=False).order_by("erase_on", "pk")
    if kept_by in Candidate.KeptBy.values:
        planned = planned.filter(kept_by=kept_by)
    after = _parse_position(position)
    if after:
        day, key = after
        planned = planned.filter(Q(erase_on__gt=day) | Q(erase_on=day, pk__gt=key), erase_on__gte=day)
    found = list(planned.only("pk", "erase_on", "kept_by")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    following = f"{shown[-1].erase_on}.{shown[-1].pk}" if len(found) > PAGE_SIZE else ""
    return ErasurePage(shown, following, is_first=after is None)


def _parse_position(position: str) -> tuple[date, int] | None:
    match = POSITION.fullmatch(position)
    try:
        return (date.fromisoformat(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def recent_runs() -> list[RetentionRun]:
    return list(RetentionRun.objects.all()[:RUNS_SHOWN])


def recent_erasures() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="candidate.erase")[:ERASURES_SHOWN])


def kept_counts(runs: list[RetentionRun]) -> list[KeptCount]:
    """Numbers of candidates by what keeps them, as the last run that calculated all days has counted them."""
    run = next((run for run in runs if run.calculated_at), None)
    kept = run.kept if run else {}
    return [KeptCount(str(one.label), one.value, kept.get(one.value, 0)) for one in Candidate.KeptBy]


def is_run_late(runs: list[RetentionRun], *, now: datetime) -> bool:
    """True when a day went by without a finished run."""
    finished = next((run.finished_at for run in runs if run.finished_at), None)
    return finished is None or finished < now - LATE_AFTER
