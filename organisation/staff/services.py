"""Accounts and roles of staff."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.actors import Actor, object_key
from organisation import audit
from organisation.errors import EmailTaken, LastApplicationManager, MayNotSignIn, OwnAccess
from organisation.models import Role, RoleGrant, User


@dataclass(frozen=True)
class StaffDetails:
    name: str
    email: str
    roles: frozenset[str]
    is_active: bool = True


def add_staff(details: StaffDetails, *, by: User | None, actor: Actor, now: datetime, with_mail: bool = True) -> User:
    """Create an account without a password; a mail with a link to choose one follows. Raises EmailTaken."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email=details.email, name=details.name, is_active=details.is_active)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            _grant(user, details.roles, by=by, actor=actor, now=now)
            if with_mail and user.is_active:
                User.objects.filter(pk=user.pk).update(invitation_asked_at=now)
            audit.record("user.add", user, actor=actor, now=now)
    except IntegrityError as error:
        raise EmailTaken from error
    return user


def change_staff(user: User, details: StaffDetails, *, by: User, actor: Actor, now: datetime) -> None:
    """Change account and roles; a refusal is audited too. Raises EmailTaken, OwnAccess, LastApplicationManager."""
    with audit.record_refusals("user.change", user, actor=actor, now=now):
        try:
            with transaction.atomic():
                _refuse_lock_out(user, details, by=by)
                User.objects.filter(pk=user.pk).update(
                    name=details.name, email=details.email.strip().lower(), is_active=details.is_active
                )
                _sync_allauth_address(user.pk, details.email.strip().lower())
                _grant(user, details.roles, by=by, actor=actor, now=now)
                audit.record("user.change", user, actor=actor, now=now)
        except IntegrityError as error:
            raise EmailTaken from error


@transaction.atomic
def resend_invitation(user: User, *, actor: Actor, now: datetime) -> None:
    """Request a mail with a new link; a second request before it is sent changes nothing. Raises MayNotSignIn."""
    if not user.is_active:
        raise MayNotSignIn
    if User.objects.filter(pk=user.pk, invitation_asked_at__isnull=True).update(invitation_asked_at=now):
        audit.record("user.invite_again", user, actor=actor, now=now)


def claim_invitation(user: User, *, now: datetime) -> bool:
    """Claim a requested mail: True for the one caller that may post it, in its own transaction."""
    requested = User.objects.filter(pk=user.pk, invitation_asked_at=user.invitation_asked_at)
    return bool(requested.update(invitation_asked_at=None, invited_at=now))


def _refuse_lock_out(user: User, details: StaffDetails, *, by: User) -> None:
    """Refuse to remove the last application manager. Locks the grants, so that two cannot remove each other."""
    managers = {
        grant.user_id
        for grant in RoleGrant.objects.select_for_update().filter(role=Role.APPLICATION_MANAGER).order_by("pk")
    }
    if user.pk not in managers or (details.is_active and Role.APPLICATION_MANAGER in details.roles):
        return
    if not User.objects.active().filter(pk__in=managers).exclude(pk=user.pk).exists():
        raise LastApplicationManager
    if user.pk == by.pk:
        raise OwnAccess


def _sync_allauth_address(user_id: int, email: str) -> None:
    """Keep the address of django-allauth equal to the account's."""
    EmailAddress.objects.filter(user_id=user_id).exclude(email=email).delete()
    EmailAddress.objects.get_or_create(user_id=user_id, email=email, defaults={"verified": True, "primary": True})


def _grant(user: User, roles: frozenset[str], *, by: User | None, actor: Actor, now: datetime) -> None:
    """Write only roles that change, so that `granted_at` keeps the time of the first grant."""
    had = set(user.grants.values_list("role", flat=True))
    user.grants.exclude(role__in=roles).delete()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, granted_by=by) for role in sorted(roles - had))
    for role in sorted(had - roles):
        audit.record(f"role.withdraw.{role}", object_key(user), actor=actor, now=now)
    for role in sorted(roles - had):
        audit.record(f"role.grant.{role}", object_key(user), actor=actor, now=now)
    user.__dict__.pop("roles", None)


def password_url(user: User) -> str:
    """Absolute address at which the user chooses a password; works once and for PASSWORD_RESET_TIMEOUT."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=key)
