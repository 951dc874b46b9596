"""The letter to application managers."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from organisation.models import Policy, User
from outbox.compose import letter, staff
from outbox.drafts import Draft
from outbox.sms.limits import today


def limit_reached(manager: User, policy: Policy, *, kind: str, now: datetime) -> Draft:
    """`kind` is "texts" (a day) or "cost" (a month)."""
    return letter(
        "outbox/limit_reached",
        to=staff(manager, policy),
        policy=policy,
        words={
            "first_name": manager.name.split()[0],
            "is_month": kind == "cost",
            "texts_per_day": policy.sms_per_day,
            "budget": policy.sms_budget,
            "messages_url": settings.PUBLIC_URL + reverse("outbox:messages"),
            "policy_url": settings.PUBLIC_URL + reverse("organisation:policy"),
            "org_name": policy.employer_name,
        },
        once=_once(manager, kind=kind, now=now),
    )


def limit_key(manager: User, *, kind: str, now: datetime) -> str:
    """The dedupe key of that letter."""
    return f"limit_reached:{_once(manager, kind=kind, now=now)}"


def _once(manager: User, *, kind: str, now: datetime) -> str:
    return f"{kind}:{today(now)}:user={manager.pk}"
