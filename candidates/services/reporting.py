"""A program reports a rejection."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from candidates.drafts import RejectionDraft, VacancyDraft
from candidates.services.registering import Registered, register_rejection
from candidates.services.vacancies import open_vacancy, recruiters_by_email, vacancies_by_number
from organisation.actors import Actor


@transaction.atomic
def report_rejection(*, draft: RejectionDraft, vacancy: VacancyDraft, actor: Actor, now: datetime) -> Registered:
    """Find or open the vacancy of this source and register. Raises VacancyUnknown, RecruiterUnknown,
    NumberOfSomebodyElse."""
    recruiters = recruiters_by_email()
    known = vacancies_by_number([vacancy.external_id], source=draft.source, any_source=False)
    found = known.get(vacancy.external_id) or open_vacancy(vacancy, source=draft.source, recruiters=recruiters)
    recruiter = recruiters.get(vacancy.recruiter_email.lower(), found.recruiter)
    whole = replace(draft, vacancy_id=found.pk, recruiter_id=recruiter.pk)
    return register_rejection(draft=whole, actor=actor, now=now)
