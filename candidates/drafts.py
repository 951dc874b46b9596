"""A rejection as form, CSV file and API hand it to the service, in the same shape."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class PersonDraft:
    first_name: str
    last_name: str
    email: str
    infix: str = ""
    phone: str = ""  # E.164
    language: str = "nl"
    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class VacancyDraft:
    external_id: str
    title: str = ""
    department: str = ""
    recruiter_email: str = ""

    @property
    def is_whole(self) -> bool:
        """Says enough to open a vacancy that we do not know yet."""
        return bool(self.title and self.department and self.recruiter_email)


@dataclass(frozen=True, kw_only=True)
class RejectionDraft:
    person: PersonDraft
    vacancy_id: int
    recruiter_id: int
    stage: str
    source: str = "screen"
    external_id: str = ""  # with one, the same draft again changes nothing
    rejected_by: str = "organisation"
    reason_code: str = ""  # the code of a reason, or words of another system
    component: str = ""  # the code or the words of a requirement of the vacancy
    may_add_component: bool = False
    explanation: str = ""
    strengths: tuple[str, ...] = ()
    applied_on: date | None = None
    decided_on: date | None = None
    notified_on: date | None = None
    notified_by: str = ""
