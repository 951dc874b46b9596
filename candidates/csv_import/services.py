"""A CSV file: keep its cells for a preview, then import all of it, or the good lines, or nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from candidates.csv_import.parser import Line, Table
from candidates.csv_import.validation import Fault, Values, faults_of, key_of, repeated, values_of
from candidates.drafts import PersonDraft, RejectionDraft, VacancyDraft
from candidates.errors import FileClosed, FileHasFaults, NumberOfSomebodyElse, RecruiterUnknown, VacancyUnknown
from candidates.models import IntakeFile
from candidates.rejections.matching import addresses_of
from candidates.rejections.services import register_rejections, unchanged_among
from candidates.rejections.vacancy_lookup import open_vacancy, recruiters_by_email, vacancies_by_number
from core.actors import Actor
from core.formatting import one_line
from organisation import audit
from organisation.models import User
from vacancies.models import Vacancy

SOURCE = "csv"


@dataclass(frozen=True)
class Checked:
    """A file as it would be imported now."""

    lines: list[Line]
    good: list[Line]
    faults: list[Fault]

    @property
    def faulty_count(self) -> int:
        return len(self.lines) - len(self.good)


@transaction.atomic
def keep_file(*, table: Table, name: str, user: User, actor: Actor, now: datetime) -> IntakeFile:
    """Nothing is imported yet; what was never finished before is emptied."""
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


def check_file(file: IntakeFile, *, now: datetime) -> Checked:
    """Asked again at the import: staff and vacancies may have changed since the preview."""
    lines = [Line(row["line"], row["cells"], tuple(row["width"])) for row in file.rows]
    today = timezone.localdate(now)
    faults = repeated(lines)
    for line in lines:
        faults += faults_of(line, today=today, demo=settings.DEMO)
    faulty = {fault.line for fault in faults}
    sound = [line for line in lines if line.number not in faulty]
    faults += _faults_of_vacancies(sound) + _faults_of_numbers(sound)
    faulty = {fault.line for fault in faults}
    faults.sort(key=lambda fault: fault.line)
    return Checked(lines, [line for line in lines if line.number not in faulty], faults)


@transaction.atomic
def import_file(*, file: IntakeFile, only_good: bool, actor: Actor, now: datetime) -> IntakeFile:
    """Raises FileClosed the second time, FileHasFaults when all was asked and some lines are not good."""
    file = IntakeFile.objects.select_for_update().get(pk=file.pk)
    if file.state != IntakeFile.State.PREVIEW:
        raise FileClosed
    checked = check_file(file, now=now)
    if (checked.faults and not only_good) or not checked.good:
        raise FileHasFaults
    done = register_rejections(drafts=_drafts(checked.good), actor=actor, now=now)
    outcomes = Counter(str(one.outcome) for one in done)
    waiting = sum(bool(one.missing) for one in done)
    file.outcome = {**outcomes, "left_out": checked.faulty_count, "waiting": waiting}
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


def _faults_of_vacancies(lines: Sequence[Line]) -> list[Fault]:
    """What only the database knows: vacancies that cannot be found or opened, recruiters who do not exist."""
    recruiters = recruiters_by_email()
    known = set(_vacancies(lines))
    faults = []
    for line in lines:
        draft = _vacancy_of(line.cells)
        if draft.recruiter_email and draft.recruiter_email.lower() not in recruiters:
            faults.append(Fault(line.number, "recruiter_email", str(RecruiterUnknown())))
        elif draft.external_id not in known and not draft.is_whole:
            faults.append(Fault(line.number, "vacancy_id", str(VacancyUnknown())))
    return faults


def _faults_of_numbers(lines: Sequence[Line]) -> list[Fault]:
    """A number that somebody with another mail address has, here or in this file. What was imported before, word for
    word, is no fault: a recruiter may have mended the address since."""
    addresses = addresses_of({one_line(line.cells["candidate_id"]) for line in lines}, source=SOURCE)
    strange = []
    for line in lines:
        email = one_line(line.cells["email"]).lower()
        if addresses.setdefault(one_line(line.cells["candidate_id"]), email) != email:
            strange.append(line)
    known = _vacancies(strange)
    standing = unchanged_among(_drafts([line for line in strange if _vacancy_of(line.cells).external_id in known]))
    sentence = str(NumberOfSomebodyElse())
    return [Fault(line.number, "candidate_id", sentence) for line in strange if (SOURCE, key_of(line)) not in standing]


def _vacancies(lines: Sequence[Line]) -> dict[str, Vacancy]:
    numbers = {_vacancy_of(line.cells).external_id for line in lines}
    return vacancies_by_number(numbers, source=SOURCE, any_source=True)


def _vacancy_of(cells: dict[str, str]) -> VacancyDraft:
    words = {name: " ".join(cell.split()) for name, cell in cells.items()}
    return VacancyDraft(
        external_id=words["vacancy_id"],
        title=words.get("job_title", ""),
        department=words.get("department", ""),
        recruiter_email=words.get("recruiter_email", ""),
    )


def _drafts(lines: Sequence[Line]) -> list[RejectionDraft]:
    recruiters, vacancies = recruiters_by_email(), _vacancies(lines)
    for line in lines:
        draft = _vacancy_of(line.cells)
        if draft.external_id not in vacancies:
            vacancies[draft.external_id] = open_vacancy(draft, source=SOURCE, recruiters=recruiters)
    drafts = []
    for line in lines:
        values, vacancy = values_of(line, demo=settings.DEMO), vacancies[_vacancy_of(line.cells).external_id]
        recruiter = recruiters.get(values.texts.get("recruiter_email", "").lower(), vacancy.recruiter)
        drafts.append(_draft(key_of(line), values, vacancy=vacancy, recruiter=recruiter))
    return drafts


def _draft(key: str, values: Values, *, vacancy: Vacancy, recruiter: User) -> RejectionDraft:
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
        may_add_component=vacancy.source == SOURCE,  # the file is where this vacancy is described
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
