"""Letters to staff: the invitation to choose a password, and a new password.

They live on the roof because `organisation` and `outbox` lie on one floor and do not know each other.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from organisation.actors import STRANGER, key_of
from organisation.models import Policy, User
from organisation.passwords import password_address
from organisation.services import note_invited
from outbox import services as outbox
from outbox.drafts import Draft
from outbox.letters import render


def invite_new_staff() -> None:
    """Every minute: who was added, or is to be invited again."""
    send_invitations(now=timezone.now())


def send_invitations(*, now: datetime) -> int:
    """How many letters were written; each wish for one is claimed once, whoever else looks."""
    policy = Policy.objects.current()
    written = 0
    for user in User.objects.to_be_invited():
        with transaction.atomic():
            if note_invited(user, now=now):
                outbox.post(_invitation(user, policy, now=now), now=now)
                written += 1
    return written


def ask_password(email: str, user: User | None, *, language: str, now: datetime) -> None:
    """A letter in either case, by the same path: the answer's time does not tell which addresses exist."""
    policy = Policy.objects.current()
    draft = _reset(user, policy, language, now=now) if user else _unknown(email, policy, language, now=now)
    outbox.post(draft, now=now)


def _invitation(user: User, policy: Policy, *, now: datetime) -> Draft:
    asked = f"{user.invitation_asked_at:%Y-%m-%dT%H:%M:%S.%f}"
    return _draft(
        "staff_invitation",
        policy,
        key=f"staff_invitation:{key_of(user)}:{asked}",
        person_key=key_of(user),
        language=policy.default_language,
        recipient=user.email,
        now=now,
        name=user.name,
        email=user.email,
        password_url=password_address(user),
        reset_url=settings.PUBLIC_URL + reverse("account_reset_password"),
        login_url=settings.PUBLIC_URL + reverse("account_login"),
    )


def _reset(user: User, policy: Policy, language: str, *, now: datetime) -> Draft:
    return _draft(
        "password_reset",
        policy,
        key=f"password_reset:{key_of(user)}:{now:%Y-%m-%dT%H:%M}",
        person_key=key_of(user),
        language=language,
        recipient=user.email,
        now=now,
        name=user.name,
        password_url=password_address(user),
    )


def _unknown(email: str, policy: Policy, language: str, *, now: datetime) -> Draft:
    """Once a day for an address, whoever keeps asking."""
    digest = salted_hmac("staff_mail.unknown", email.lower(), algorithm="sha256").hexdigest()[:32]
    return _draft(
        "password_reset_unknown",
        policy,
        key=f"password_reset_unknown:{digest}:{now:%Y-%m-%d}",
        person_key=STRANGER.key,
        language=language,
        recipient=email,
        now=now,
        name="",
    )


def _draft(
    kind: str,
    policy: Policy,
    *,
    key: str,
    person_key: str,
    language: str,
    recipient: str,
    now: datetime,
    **words: object,
) -> Draft:
    letter = render(f"organisation/{kind}", language=language, context={"employer": policy.employer_name, **words})
    return Draft(
        kind=kind,
        dedupe_key=key,
        about=person_key,
        person_key=person_key,
        language=language,
        recipient=recipient,
        recipient_name=str(words["name"]),
        sender_name=policy.sender_name,
        sender_email=policy.sender_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        useless_after=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )
