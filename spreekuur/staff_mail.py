"""Letters to staff: the invitation to choose a password, a new password, and about an address that does not work.

They live on the roof because `organisation` and `outbox` lie on one floor and do not know each other.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.actors import STRANGER, key_of
from organisation.models import Policy, Role, User
from organisation.staff.password_link import password_address
from organisation.staff.services import note_invited
from outbox import services as outbox
from outbox.compose import Reader, letter, staff
from outbox.drafts import Draft
from outbox.models import Message


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


def tell_of_failed_addresses() -> None:
    """Every minute: mail to a colleague came back."""
    tell_application_managers(now=timezone.now())


def tell_application_managers(*, now: datetime) -> int:
    """How many letters were written: each application manager once a day for a colleague whose mail came back."""
    drafts = {draft.dedupe_key: draft for draft in _of_failed_addresses(now)}
    told = Message.objects.filter(dedupe_key__in=drafts).values_list("dedupe_key", flat=True)
    fresh = [drafts[key] for key in drafts.keys() - set(told)]
    if fresh:
        outbox.post(*fresh, now=now)
    return len(fresh)


def _of_failed_addresses(now: datetime) -> Iterator[Draft]:
    failed = Message.objects.filter(
        state=Message.State.FAILED,
        channel=Message.Channel.MAIL,
        reason__in=(Message.Reason.ADDRESS, Message.Reason.BOUNCED),
        ended_at__gt=now - timedelta(days=1),
        person_key__startswith="user:",
    )
    addresses = {(key, address.lower()) for key, address in failed.values_list("person_key", "recipient")}
    people = User.objects.filter(is_active=True, pk__in=[key.partition(":")[2] for key, _address in addresses])
    unreached = [user for user in people if (key_of(user), user.email.lower()) in addresses]
    chiefs = User.objects.with_role(Role.APPLICATION_MANAGER).distinct() if unreached else []
    for user in unreached:
        yield from (_address_failed(user, chief, now=now) for chief in chiefs if chief != user)


def _address_failed(user: User, chief: User, *, now: datetime) -> Draft:
    policy = Policy.objects.current()
    return _letter(
        "staff_address_failed",
        policy,
        staff(chief, policy),
        once=f"{key_of(user)}:{key_of(chief)}:{timezone.localdate(now)}",
        now=now,
        colleague=user.name,
        staff_url=settings.PUBLIC_URL + reverse("organisation:staff_member", args=[user.pk]),
    )


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
        staff(user, policy),
        once=f"{key_of(user)}:{asked}",
        now=now,
        email=user.email,
        password_url=password_address(user),
        reset_url=settings.PUBLIC_URL + reverse("account_reset_password"),
        login_url=settings.PUBLIC_URL + reverse("account_login"),
    )


def _reset(user: User, policy: Policy, language: str, *, now: datetime) -> Draft:
    to, once = staff(user, policy, language=language), f"{key_of(user)}:{now:%Y-%m-%dT%H:%M}"
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
