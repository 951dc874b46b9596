"""Find or create the vacancy that a CSV file or API client reports on."""

from collections.abc import Iterable, Mapping

from django.db.models import Case, IntegerField, Value, When

from candidates.drafts import VacancyDraft
from candidates.errors import RecruiterUnknown, VacancyUnknown
from organisation.models import Department, Role, User
from vacancies.models import Vacancy


def recruiters_by_email() -> dict[str, User]:
    return {user.email: user for user in User.objects.with_role(Role.RECRUITER)}


def vacancies_by_external_id(external_ids: Iterable[str], *, source: str, any_source: bool) -> dict[str, Vacancy]:
    """Vacancies by their id at this source; with `any_source`, those of other sources where this one has none."""
    own_last = Case(When(source=source, then=Value(1)), default=Value(0), output_field=IntegerField())
    found = Vacancy.objects.exclude(external_id="").select_related("recruiter").order_by(own_last, "-pk")
    if not any_source:
        found = found.filter(source=source)
    wanted = set(external_ids)
    return {vacancy.external_id: vacancy for vacancy in found if vacancy.external_id in wanted}


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
