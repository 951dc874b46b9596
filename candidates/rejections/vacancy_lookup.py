"""Find or create the vacancy that a CSV file or API client reports on."""

from collections.abc import Iterable, Mapping

from candidates.drafts import VacancyDraft
from candidates.errors import RecruiterUnknown, VacancyUnknown
from organisation.models import Department, Role, User
from vacancies.models import Vacancy


def recruiters_by_email() -> dict[str, User]:
    return {user.email: user for user in User.objects.with_role(Role.RECRUITER)}


def vacancies_by_external_id(external_ids: Iterable[str], *, source: str) -> dict[str, Vacancy]:
    """Vacancies by their id at this source. Another source may use the same number for another job."""
    found = Vacancy.objects.filter(source=source, external_id__in=set(external_ids) - {""})
    return {vacancy.external_id: vacancy for vacancy in found.select_related("recruiter")}


def department_names() -> dict[str, str]:
    """Names of all departments, by their name in small letters."""
    return {name.casefold(): name for name in Department.objects.values_list("name", flat=True)}


def create_vacancy(draft: VacancyDraft, *, source: str, recruiters: Mapping[str, User]) -> Vacancy:
    """Create a vacancy, and its department. Raises VacancyUnknown when data is missing, RecruiterUnknown."""
    if not draft.is_complete:
        raise VacancyUnknown
    recruiter = recruiters.get(draft.recruiter_email.lower())
    if recruiter is None:
        raise RecruiterUnknown
    department = Department.objects.filter(name__iexact=draft.department).first()
    department = department or Department.objects.create(name=draft.department)
    return Vacancy.objects.get_or_create(
        source=source,
        external_id=draft.external_id,
        defaults={"title": draft.title, "department": department, "recruiter": recruiter},
    )[0]
