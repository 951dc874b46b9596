"""Letters about the private link itself, and about an address at which no letter arrives."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from candidates.models import Candidate, Rejection
from core.actors import key_of
from organisation.models import Policy, User
from outbox.compose import letter, staff
from outbox.drafts import Draft


def new_link(candidate: Candidate, policy: Policy, *, address: str, now: datetime) -> Draft:
    """One a minute: whoever clicks twice gets one letter."""
    words: dict[str, object] = {
        "first_name": candidate.first_name,
        "link_url": address,
        "sender_name": policy.sender_name,
        "org_name": policy.employer_name,
        "org_phone": policy.phone.as_national if policy.phone else policy.sender_email,
    }
    return letter(
        "candidates/new_link",
        to=candidate.reader,
        policy=policy,
        words=words,
        once=f"candidate={candidate.pk}:at={now:%Y-%m-%dT%H:%MZ}",
    )


def address_failed(rejection: Rejection, user: User, *, policy: Policy, failed_at: datetime, has_talk: bool) -> Draft:
    """Mail to this candidate comes back. No name: that is behind the sign-in.

    To who gave the rejection or has the vacancy; else to an application manager, who sees no rejection.
    """
    vacancy = rejection.application.vacancy
    is_own = user.pk in (rejection.recruiter_id, vacancy.recruiter_id)
    words: dict[str, object] = {
        "first_name": user.name.split()[0],
        "is_own": is_own,
        "vacancy_title": vacancy.title,
        "department": vacancy.department.name,
        "has_talk": has_talk,
        "rejection_url": settings.PUBLIC_URL + reverse("candidates:rejection", args=[rejection.pk]),
        "vacancy_url": settings.PUBLIC_URL + reverse("admin:vacancies_vacancy_change", args=[vacancy.pk]),
    }
    return letter(
        "candidates/address_failed",
        to=staff(user, policy),
        policy=policy,
        words=words,
        about=rejection,
        once=f"rejection={rejection.pk}:failed={failed_at:%Y-%m-%dT%H:%M:%SZ}{'' if is_own else f':{key_of(user)}'}",
    )
