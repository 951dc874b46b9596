"""Lines without errors as drafts of rejections and of vacancies."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings

from candidates.csv_import.parser import CsvLine
from candidates.csv_import.validation import LineValues, line_key, parse_line
from candidates.drafts import PersonDraft, RejectionDraft, VacancyDraft
from candidates.rejections.vacancy_lookup import create_vacancy, recruiters_by_email, vacancies_by_external_id
from core.formatting import one_line
from organisation.models import User
from organisation.queries import default_language
from vacancies.models import Vacancy

SOURCE = "csv"


def vacancies_of(lines: Iterable[CsvLine]) -> dict[str, Vacancy]:
    """Known vacancies of CSV files, by number."""
    return vacancies_by_external_id({vacancy_number(line) for line in lines}, source=SOURCE)


def vacancy_number(line: CsvLine) -> str:
    return one_line(line.cells["vacancy_id"])


def vacancy_draft(line: CsvLine, *, departments: Mapping[str, str]) -> VacancyDraft:
    """Vacancy as the line describes it; `departments` gives the name to use for one in small letters."""
    texts = {name: one_line(line.cells.get(name, "")) for name in ("job_title", "department", "recruiter_email")}
    return VacancyDraft(
        external_id=vacancy_number(line),
        title=texts["job_title"],
        department=departments.get(texts["department"].casefold(), texts["department"]),
        recruiter_email=texts["recruiter_email"],
    )


def create_vacancies(lines: Iterable[CsvLine], *, departments: Mapping[str, str]) -> None:
    """Create the vacancies of these lines that are not known yet. Raises VacancyUnknown, RecruiterUnknown."""
    lines = list(lines)
    known, recruiters = set(vacancies_of(lines)), recruiters_by_email()
    for line in lines:
        draft = vacancy_draft(line, departments=departments)
        if draft.external_id not in known:
            create_vacancy(draft, source=SOURCE, recruiters=recruiters)
            known.add(draft.external_id)


def rejection_drafts(lines: Sequence[CsvLine]) -> list[RejectionDraft]:
    """Draft of each line; for a vacancy that does not exist yet with `vacancy_id` 0."""
    recruiters, vacancies, language = recruiters_by_email(), vacancies_of(lines), default_language()
    drafts = []
    for line in lines:
        values = parse_line(line, demo=settings.DEMO, default_language=language)
        vacancy = vacancies.get(vacancy_number(line))
        recruiter = recruiters.get(values.texts["recruiter_email"].lower(), vacancy.recruiter if vacancy else None)
        drafts.append(_draft(line_key(line), values, vacancy=vacancy, recruiter=recruiter))
    return drafts


def _draft(key: str, values: LineValues, *, vacancy: Vacancy | None, recruiter: User | None) -> RejectionDraft:
    texts, dates = values.texts, values.dates
    strengths = (texts.get("strength_1", ""), texts.get("strength_2", ""))
    return RejectionDraft(
        source=SOURCE,
        external_id=key,
        person=_person(texts),
        vacancy_id=vacancy.pk if vacancy else 0,
        recruiter_id=recruiter.pk if recruiter else 0,
        stage=texts["stage"],
        reason_code=texts.get("reason_code", ""),
        component=texts.get("component", ""),
        may_add_component=True,  # no other system describes a vacancy of this source
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
