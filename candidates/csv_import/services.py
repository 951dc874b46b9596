"""Keep the cells of a CSV file for a preview, then import all of it, or the valid lines, or nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from candidates.csv_import.parser import CsvLine, CsvTable
from candidates.csv_import.validation import (
    LineError,
    LineValues,
    line_errors,
    line_key,
    parse_line,
    repeated_line_errors,
)
from candidates.drafts import PersonDraft, RejectionDraft, VacancyDraft
from candidates.errors import (
    ColleaguesRejection,
    ExternalIdTaken,
    FileAlreadyProcessed,
    FileHasErrors,
    RecruiterUnknown,
    VacancyUnknown,
)
from candidates.models import Application, IntakeFile
from candidates.rejections.matching import emails_by_external_id
from candidates.rejections.services import register_rejections, unchanged_drafts
from candidates.rejections.vacancy_lookup import create_vacancy, recruiters_by_email, vacancies_by_external_id
from candidates.sharing import hidden_applications
from core.actors import Actor
from core.formatting import one_line
from organisation import audit
from organisation.models import User
from organisation.queries import default_language
from vacancies.models import Vacancy

SOURCE = "csv"


@dataclass(frozen=True)
class CheckedFile:
    """Result of checking a file against the database of this moment."""

    lines: list[CsvLine]
    valid: list[CsvLine]
    errors: list[LineError]

    @property
    def invalid_count(self) -> int:
        return len(self.lines) - len(self.valid)


@transaction.atomic
def keep_file(*, table: CsvTable, name: str, user: User, actor: Actor, now: datetime) -> IntakeFile:
    """Store a file for its preview; earlier files of this user that were never imported are emptied."""
    for earlier in IntakeFile.objects.filter(uploaded_by=user, state=IntakeFile.State.PREVIEW):
        drop_file(file=earlier, actor=actor, now=now)
    file = IntakeFile.objects.create(
        uploaded_by=user,
        name=one_line(name)[-200:] or "csv",
        rows=[{"line": line.number, "cells": line.cells, "width": line.width} for line in table.lines],
        ignored_columns=table.ignored_columns,
    )
    audit.record("intake.keep", file, actor=actor, now=now)
    return file


def check_file(file: IntakeFile, *, now: datetime) -> CheckedFile:
    """Check every line. The import repeats this, as staff and vacancies may have changed since the preview."""
    lines = [CsvLine(row["line"], row["cells"], tuple(row["width"])) for row in file.rows]
    today = timezone.localdate(now)
    errors = repeated_line_errors(lines)
    for line in lines:
        errors += line_errors(line, today=today, demo=settings.DEMO)
    readable = _without_errors(lines, errors)
    errors += _vacancy_errors(readable) + _candidate_errors(readable)
    errors += _colleague_errors(_without_errors(lines, errors), file.uploaded_by)
    errors.sort(key=lambda error: error.line)
    return CheckedFile(lines, _without_errors(lines, errors), errors)


@transaction.atomic
def import_file(*, file: IntakeFile, only_valid: bool, actor: Actor, now: datetime) -> IntakeFile:
    """Register the rejections of the file, then empty it.

    Raises FileAlreadyProcessed, FileHasErrors (when no line is valid, or not every line and `only_valid` is false).
    """
    file = IntakeFile.objects.select_for_update().get(pk=file.pk)
    if file.state != IntakeFile.State.PREVIEW:
        raise FileAlreadyProcessed
    checked = check_file(file, now=now)
    if (checked.errors and not only_valid) or not checked.valid:
        raise FileHasErrors
    registrations = register_rejections(drafts=_drafts(checked.valid), actor=actor, now=now)
    outcomes = Counter(str(registration.outcome) for registration in registrations)
    waiting = sum(bool(registration.missing) for registration in registrations)
    file.outcome = {**outcomes, "left_out": checked.invalid_count, "waiting": waiting}
    _close(file, IntakeFile.State.IMPORTED)
    audit.record("intake.import", file, actor=actor, now=now)
    return file


@transaction.atomic
def drop_file(*, file: IntakeFile, actor: Actor, now: datetime) -> None:
    file = IntakeFile.objects.select_for_update().get(pk=file.pk)
    if file.state == IntakeFile.State.PREVIEW:
        _close(file, IntakeFile.State.DROPPED)
        audit.record("intake.drop", file, actor=actor, now=now)


def _close(file: IntakeFile, state: IntakeFile.State) -> None:
    file.state, file.rows = state, []
    file.save(update_fields=["state", "rows", "outcome"])


def _without_errors(lines: Sequence[CsvLine], errors: Sequence[LineError]) -> list[CsvLine]:
    invalid = {error.line for error in errors}
    return [line for line in lines if line.number not in invalid]


def _vacancy_errors(lines: Sequence[CsvLine]) -> list[LineError]:
    """Vacancies that can neither be found nor created, and recruiters who do not exist."""
    recruiters = recruiters_by_email()
    known = set(_vacancies(lines))
    errors = []
    for line in lines:
        draft = _vacancy_draft(line.cells)
        if draft.recruiter_email and draft.recruiter_email.lower() not in recruiters:
            errors.append(LineError(line.number, "recruiter_email", str(RecruiterUnknown())))
        elif draft.external_id not in known and not draft.is_complete:
            errors.append(LineError(line.number, "vacancy_id", str(VacancyUnknown())))
    return errors


def _candidate_errors(lines: Sequence[CsvLine]) -> list[LineError]:
    """Candidate numbers that belong to another mail address, in the database or in this file.

    A line that was imported before, unchanged, is no error: a recruiter may have corrected the address since.
    """
    addresses = emails_by_external_id({one_line(line.cells["candidate_id"]) for line in lines}, source=SOURCE)
    conflicting = []
    for line in lines:
        email = one_line(line.cells["email"]).lower()
        if addresses.setdefault(one_line(line.cells["candidate_id"]), email) != email:
            conflicting.append(line)
    vacancies = _vacancies(conflicting)
    known = [line for line in conflicting if _vacancy_draft(line.cells).external_id in vacancies]
    unchanged = unchanged_drafts(_drafts(known))
    return [
        LineError(line.number, "candidate_id", str(ExternalIdTaken()))
        for line in conflicting
        if (SOURCE, line_key(line)) not in unchanged
    ]


def _colleague_errors(lines: Sequence[CsvLine], user: User) -> list[LineError]:
    """Changed lines about rejections that this recruiter could not change on screen."""
    stored = Application.objects.filter(source=SOURCE, external_id__in=[line_key(line) for line in lines])
    hidden = set(hidden_applications(stored, actor=Actor.of(user)).values_list("external_id", flat=True))
    foreign = [line for line in lines if line_key(line) in hidden]
    vacancies = _vacancies(foreign)
    unchanged = unchanged_drafts(
        _drafts([one for one in foreign if _vacancy_draft(one.cells).external_id in vacancies])
    )
    return [
        LineError(line.number, "candidate_id", str(ColleaguesRejection()))
        for line in foreign
        if (SOURCE, line_key(line)) not in unchanged
    ]


def _vacancies(lines: Sequence[CsvLine]) -> dict[str, Vacancy]:
    numbers = {_vacancy_draft(line.cells).external_id for line in lines}
    return vacancies_by_external_id(numbers, source=SOURCE, any_source=True)


def _vacancy_draft(cells: dict[str, str]) -> VacancyDraft:
    texts = {name: " ".join(cell.split()) for name, cell in cells.items()}
    return VacancyDraft(
        external_id=texts["vacancy_id"],
        title=texts.get("job_title", ""),
        department=texts.get("department", ""),
        recruiter_email=texts.get("recruiter_email", ""),
    )


def _drafts(lines: Sequence[CsvLine]) -> list[RejectionDraft]:
    recruiters, vacancies, language = recruiters_by_email(), _vacancies(lines), default_language()
    for line in lines:
        draft = _vacancy_draft(line.cells)
        if draft.external_id not in vacancies:
            vacancies[draft.external_id] = create_vacancy(draft, source=SOURCE, recruiters=recruiters)
    drafts = []
    for line in lines:
        values = parse_line(line, demo=settings.DEMO, default_language=language)
        vacancy = vacancies[_vacancy_draft(line.cells).external_id]
        recruiter = recruiters.get(values.texts.get("recruiter_email", "").lower(), vacancy.recruiter)
        drafts.append(_draft(line_key(line), values, vacancy=vacancy, recruiter=recruiter))
    return drafts


def _draft(key: str, values: LineValues, *, vacancy: Vacancy, recruiter: User) -> RejectionDraft:
    texts, dates = values.texts, values.dates
    strengths = (texts.get("strength_1", ""), texts.get("strength_2", ""))
    return RejectionDraft(
        source=SOURCE,
        external_id=key,
        person=_person(texts),
        vacancy_id=vacancy.pk,
        recruiter_id=recruiter.pk,
        stage=texts["stage"],
        reason_code=texts.get("reason_code", ""),
        component=texts.get("component", ""),
        may_add_component=vacancy.source == SOURCE,  # no other system describes this vacancy
        explanation=texts.get("explanation", ""),
        strengths=tuple(strength for strength in strengths if strength),
        applied_on=dates["applied_on"],
        decided_on=dates["rejected_on"],
        notified_on=dates["told_on"],
        notified_by=texts["told_by"],
    )


def _person(texts: dict[str, str]) -> PersonDraft:
    return PersonDraft(
        first_name=texts["first_name"],
        infix=texts.get("infix", ""),
        last_name=texts["last_name"],
        email=texts["email"],
        phone=texts["phone"],
        language=texts["language"],
        external_id=texts["candidate_id"],
    )
