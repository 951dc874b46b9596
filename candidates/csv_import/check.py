"""Check lines of a file against its other lines and against the database of this moment. Nothing is written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from candidates.csv_import.drafts import (
    SOURCE,
    rejection_drafts,
    vacancies_of,
    vacancy_draft,
    vacancy_number,
)
from candidates.csv_import.parser import CsvLine
from candidates.csv_import.validation import LineError, line_errors, line_key
from candidates.errors import ColleaguesRejection, ExternalIdTaken, RecruiterUnknown, VacancyUnknown
from candidates.models import Application, IntakeFile, IntakeLine
from candidates.rejections.matching import emails_by_external_id
from candidates.rejections.services import unchanged_drafts
from candidates.rejections.vacancy_lookup import department_names, recruiters_by_email
from candidates.sharing import hidden_applications
from core.actors import Actor
from core.formatting import one_line
from organisation.models import User


def errors_in(file: IntakeFile, lines: Sequence[CsvLine], *, today: date) -> list[LineError]:
    """Errors of these lines; of lines without one, everything that an import needs is known."""
    errors = _repeated_errors(file, lines)
    for line in lines:
        errors += line_errors(line, today=today, demo=settings.DEMO)
    readable = without_errors(lines, errors)
    errors += _vacancy_errors(readable, departments=known_departments(file))
    errors += _candidate_errors(file, readable, wrong={error.line for error in errors})
    errors += _colleague_errors(without_errors(lines, errors), file.uploaded_by)
    return errors


def without_errors(lines: Sequence[CsvLine], errors: Sequence[LineError]) -> list[CsvLine]:
    wrong = {error.line for error in errors}
    return [line for line in lines if line.number not in wrong]


def known_departments(file: IntakeFile) -> dict[str, str]:
    """Department to use, by a name in small letters: the existing ones, and what was chosen for this file."""
    return department_names() | {name.casefold(): chosen for name, chosen in file.departments.items()}


def _repeated_errors(file: IntakeFile, lines: Sequence[CsvLine]) -> list[LineError]:
    """One error for the second and every later line about the same candidate and vacancy."""
    keys = {line.number: (one_line(line.cells["candidate_id"]), vacancy_number(line)) for line in _with_numbers(lines)}
    candidates = {candidate for candidate, _vacancy in keys.values()}
    rows = file.lines.filter(candidate_number__in=candidates).order_by("-number")
    first = {
        (candidate, vacancy): number
        for candidate, vacancy, number in rows.values_list("candidate_number", "vacancy_number", "number")
    }
    message = _("Line {number} is about the same candidate and vacancy.")
    return [
        LineError(number, "candidate_id", message.format(number=first[key]))
        for number, key in keys.items()
        if first.get(key, number) < number
    ]


def _with_numbers(lines: Sequence[CsvLine]) -> list[CsvLine]:
    return [
        line
        for line in lines
        if not line.is_broken and one_line(line.cells["candidate_id"]) and one_line(line.cells["vacancy_id"])
    ]


def _vacancy_errors(lines: Sequence[CsvLine], *, departments: Mapping[str, str]) -> list[LineError]:
    """Vacancies that can neither be found nor created, recruiters and departments that do not exist."""
    recruiters, known = recruiters_by_email(), set(vacancies_of(lines))
    errors = []
    for line in lines:
        draft = vacancy_draft(line, departments=departments)
        if draft.recruiter_email and draft.recruiter_email.lower() not in recruiters:
            errors.append(LineError(line.number, "recruiter_email", str(RecruiterUnknown())))
        elif draft.external_id in known:
            continue
        elif not draft.is_complete:
            errors.append(LineError(line.number, "vacancy_id", str(VacancyUnknown())))
        elif draft.department.casefold() not in departments:
            message = _("We do not know the department “{name}”. Choose the right one above, or add it.")
            errors.append(LineError(line.number, "department", message.format(name=draft.department)))
    return errors


def _candidate_errors(file: IntakeFile, lines: Sequence[CsvLine], *, wrong: Collection[int]) -> list[LineError]:
    """Candidate numbers that belong to another mail address, in the database or earlier in this file.

    A line that was imported before, unchanged, is no error: a recruiter may have corrected the address since.
    """
    numbers = {one_line(line.cells["candidate_id"]) for line in lines}
    earlier = file.lines.filter(candidate_number__in=numbers).exclude(verdict=IntakeLine.Verdict.WRONG)
    rows = earlier.order_by("-number").values_list("number", "candidate_number", "email")
    addresses = {candidate: email for number, candidate, email in rows if number not in wrong}
    addresses |= emails_by_external_id(numbers, source=SOURCE)
    conflicting = [
        line
        for line in lines
        if addresses.get(one_line(line.cells["candidate_id"]), line_email(line)) != line_email(line)
    ]
    return _unless_unchanged(conflicting, str(ExternalIdTaken()))


def line_email(line: CsvLine) -> str:
    return one_line(line.cells.get("email", "")).lower()


def _colleague_errors(lines: Sequence[CsvLine], user: User) -> list[LineError]:
    """Changed lines about rejections that this recruiter could not change on screen."""
    stored = Application.objects.filter(source=SOURCE, external_id__in=[line_key(line) for line in lines])
    hidden = set(hidden_applications(stored, actor=Actor.of(user)).values_list("external_id", flat=True))
    return _unless_unchanged([line for line in lines if line_key(line) in hidden], str(ColleaguesRejection()))


def _unless_unchanged(lines: Sequence[CsvLine], message: str) -> list[LineError]:
    unchanged = unchanged_drafts(rejection_drafts(lines))
    return [
        LineError(line.number, "candidate_id", message) for line in lines if (SOURCE, line_key(line)) not in unchanged
    ]
