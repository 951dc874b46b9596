"""Mail about the private link, and about an address that changes or bounces."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from candidates.models import Candidate, Rejection
from core.actors import object_key
from organisation.models import Policy, User
from outbox.compose import MailRecipient, compose_mail, staff_recipient
from outbox.drafts import MessageDraft


def new_link(candidate: Candidate, policy: Policy, *, address: str, now: datetime, version: int = 0) -> MessageDraft:
    """Mail with the private link; at most one a minute per version, so that a double click sends one."""
    renewal = f":version={version}" if version else ""
    return compose_mail(
        "candidates/new_link",
        to=candidate.mail_recipient,
        policy=policy,
        context=_signature(policy) | {"first_name": candidate.greeting_name, "link_url": address},
        unique_key=f"candidate={candidate.pk}:at={now:%Y-%m-%dT%H:%MZ}{renewal}",
    )


def address_changed(old: MailRecipient, *, policy: Policy, version: int) -> MessageDraft:
    """Notice to the address that we no longer use. It names no job: it may be the address of a stranger."""
    return compose_mail(
        "candidates/address_changed",
        to=old,
        policy=policy,
        context=_signature(policy),
        unique_key=f"{old.key.replace(':', '=')}:version={version}",
    )


def _signature(policy: Policy) -> dict[str, object]:
    return {
        "sender_name": policy.sender_name,
        "org_name": policy.employer_name,
        "org_phone": policy.phone.as_national if policy.phone else policy.sender_email,
    }


def address_failed(
    rejection: Rejection, user: User, *, policy: Policy, failed_at: datetime, has_talk: bool
) -> MessageDraft:
    """Notice that mail to this candidate bounces, without a name: that is shown after signing in.

    To the recruiter of the rejection or the vacancy, or to an application manager, who gets a link to the vacancy.
    """
    vacancy = rejection.application.vacancy
    is_own = user.pk in (rejection.recruiter_id, vacancy.recruiter_id)
    recipient = "" if is_own else f":{object_key(user)}"
    context: dict[str, object] = {
        "first_name": user.name.split()[0],
        "is_own": is_own,
        "vacancy_title": vacancy.title,
        "department": vacancy.department.name,
        "has_talk": has_talk,
        "rejection_url": settings.PUBLIC_URL + reverse("candidates:rejection", args=[rejection.pk]),
        "vacancy_url": settings.PUBLIC_URL + reverse("admin:vacancies_vacancy_change", args=[vacancy.pk]),
    }
    return compose_mail(
        "candidates/address_failed",
        to=staff_recipient(user, policy),
        policy=policy,
        context=context,
        about=rejection,
        unique_key=f"rejection={rejection.pk}:failed={failed_at:%Y-%m-%dT%H:%M:%SZ}{recipient}",
    )
