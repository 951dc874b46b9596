"""The letter to application managers about a limit on SMS."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from organisation.models import Policy, User
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.sms.limits import local_day


def limit_reached(manager: User, policy: Policy, *, kind: str, now: datetime) -> MessageDraft:
    """Tell that a limit is reached; `kind` is "texts" (per day) or "cost" (per month)."""
    return compose_mail(
        "outbox/limit_reached",
        to=staff_recipient(manager, policy),
        policy=policy,
        context={
            "first_name": manager.name.split()[0],
            "is_month": kind == "cost",
            "texts_per_day": policy.sms_per_day,
            "budget": policy.sms_budget,
            "messages_url": settings.PUBLIC_URL + reverse("outbox:messages"),
            "policy_url": settings.PUBLIC_URL + reverse("organisation:policy"),
            "org_name": policy.employer_name,
        },
        unique_key=_unique_key(manager, kind=kind, now=now),
    )


def limit_key(manager: User, *, kind: str, now: datetime) -> str:
    """Dedupe key of that letter."""
    return f"limit_reached:{_unique_key(manager, kind=kind, now=now)}"


def _unique_key(manager: User, *, kind: str, now: datetime) -> str:
    return f"{kind}:{local_day(now)}:user={manager.pk}"
