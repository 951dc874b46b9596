"""Spread the invitations of a file over working days, the oldest notice first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from candidates.csv_import.drafts import SOURCE
from candidates.csv_import.validation import parse_day
from candidates.models import IntakeFile, IntakeLine, Rejection
from core.working_days import NO_DAYS, Days, add_working_days, is_working_day


def plan_days(
    told_on: Iterable[tuple[int, date | None]], *, per_day: int, first: date, closed: Days = NO_DAYS
) -> dict[date, list[int]]:
    """Line numbers by the day of their invitation: at most `per_day` on each working day from `first` on."""
    oldest = sorted(told_on, key=lambda line: (line[1] or date.max, line[0]))
    start = first if is_working_day(first, closed) else add_working_days(first, 1, closed)
    planned: dict[date, list[int]] = defaultdict(list)
    for place in range(0, len(oldest), per_day):
        day = add_working_days(start, place // per_day, closed)
        planned[day] = [number for number, _told_on in oldest[place : place + per_day]]
    return dict(planned)


def spread_lines(file: IntakeFile, *, per_day: int, first: date, closed: Days) -> None:
    """Give each line that leads to an invitation its day."""
    lines = file.lines.filter(verdict=IntakeLine.Verdict.INVITES).values_list("number", "cells__told_on")
    told_on = [(number, parse_day((text or "").strip())) for number, text in lines]
    for day, numbers in plan_days(told_on, per_day=per_day, first=first, closed=closed).items():
        for start in range(0, len(numbers), 500):
            file.lines.filter(number__in=numbers[start : start + 500]).update(invite_from=day)


def hold_invitations(days: Mapping[str, date]) -> None:
    """Let no invitation leave before its day, by the external id of the application."""
    keys: dict[date, list[str]] = defaultdict(list)
    for external_id, day in days.items():
        keys[day].append(external_id)
    for day, external_ids in keys.items():
        applications = {"application__source": SOURCE, "application__external_id__in": external_ids}
        Rejection.objects.filter(**applications).update(invite_from=day)
