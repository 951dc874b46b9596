"""Input of the registration service, the same for form, CSV file and API.

Names, fields and their order are part of the fingerprint that tells whether a source reports something new (see
rejections/services.py): when they change, every earlier report counts as changed.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class PersonDraft:
    first_name: str
    last_name: str
    email: str
    infix: str = ""
    phone: str = ""  # E.164
    language: str
    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class VacancyDraft:
    external_id: str
    title: str = ""
    department: str = ""
    recruiter_email: str = ""

    @property
    def is_complete(self) -> bool:
        """Enough is given to create the vacancy."""
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
    reason_code: str = ""  # code or label of a reason, or text of another system
    component: str = ""  # code or label of a requirement of the vacancy
    may_add_component: bool = False
    explanation: str = ""
    strengths: tuple[str, ...] = ()
    applied_on: date | None = None
    decided_on: date | None = None
    notified_on: date | None = None
    notified_by: str = ""
