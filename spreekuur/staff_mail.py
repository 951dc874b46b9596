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
from outbox.writing import Reader, letter, staff


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
    return _letter(
        "staff_invitation",
        policy,
        staff(user, language=policy.default_language),
        once=f"{key_of(user)}:{asked}",
        now=now,
        email=user.email,
        password_url=password_address(user),
        reset_url=settings.PUBLIC_URL + reverse("account_reset_password"),
        login_url=settings.PUBLIC_URL + reverse("account_login"),
    )


def _reset(user: User, policy: Policy, language: str, *, now: datetime) -> Draft:
    to, once = staff(user, language=language), f"{key_of(user)}:{now:%Y-%m-%dT%H:%M}"
    return _letter("password_reset", policy, to, once=once, now=now, password_url=password_address(user))


def _unknown(email: str, policy: Policy, language: str, *, now: datetime) -> Draft:
    """Once a day for an address, whoever keeps asking."""
    digest = salted_hmac("staff_mail.unknown", email.lower(), algorithm="sha256").hexdigest()[:32]
    to = Reader(STRANGER.key, "", email, language)
    return _letter("password_reset_unknown", policy, to, once=f"{digest}:{now:%Y-%m-%d}", now=now)


def _letter(name: str, policy: Policy, to: Reader, *, once: str, now: datetime, **words: str) -> Draft:
    return letter(
        f"organisation/{name}",
        to=to,
        policy=policy,
        words={"employer": policy.employer_name, "name": to.name, **words},
        once=once,
        useless_after=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )
