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
from organisation.errors import EmailTaken, LastApplicationManager, MayNotSignIn, OwnAccess, OwnRequest
from organisation.models import AccountNotice, Role, RoleGrant, RoleRequest, User
from organisation.staff.sessions import end_sessions

CONTENT_ROLES = frozenset({Role.ADVISOR, Role.RECRUITER, Role.MANAGER})  # they see people, or confirm who does
TOLD_ROLES = CONTENT_ROLES | {Role.APPLICATION_MANAGER}  # given to a colleague, others hear of it


@dataclass(frozen=True)
class StaffDetails:
    name: str
    email: str
    roles: frozenset[str]
    is_active: bool = True


def add_staff(details: StaffDetails, *, by: User | None, actor: Actor, now: datetime, with_mail: bool = True) -> User:
    """Create an account without a password; a mail with a link to choose one follows. Raises EmailTaken.

    Managers and other application managers are told of its roles, as it may be a second account of whoever made it.
    """
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
    """Change an account; a refusal stays in the audit trail.

    Another mail address ends the sessions of the account and is told at both addresses. A content role for oneself
    waits until a second application manager or a manager confirms it; of one for a colleague they are told.
    Raises EmailTaken, OwnAccess, LastApplicationManager."""
    with audit.record_refusals("user.change", user, actor=actor, now=now):
        try:
            with transaction.atomic():
                _refuse_lock_out(user, details, by=by)
                _change_email(user, details.email.strip().lower(), by=by, actor=actor, now=now)
                User.objects.filter(pk=user.pk).update(name=details.name, is_active=details.is_active)
                if not details.is_active:
                    end_sessions(user)
                roles = _without_unconfirmed(user, details.roles, by=by, actor=actor, now=now)
                _grant(user, roles, by=by, actor=actor, now=now)
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


def _change_email(user: User, email: str, *, by: User, actor: Actor, now: datetime) -> None:
    """Whoever can read mail at the account's address can choose its password: a change is told and ends sessions."""
    stored = User.objects.select_for_update().get(pk=user.pk).email
    if stored == email:
        return
    User.objects.filter(pk=user.pk).update(email=email)
    _sync_allauth_address(user.pk, email)
    end_sessions(user)
    AccountNotice.objects.create(kind="email_changed", user=user, by=by, old_email=stored, created_at=now)
    audit.record("user.change_email", user, actor=actor, now=now)


def _without_unconfirmed(user: User, roles: frozenset[str], *, by: User, actor: Actor, now: datetime) -> frozenset[str]:
    """The roles to grant now: without content roles that an application manager wants for themselves.

    An installation with one application manager has nobody to ask: then the role is given, and managers are told.
    """
    RoleRequest.objects.filter(user=user).exclude(role__in=roles).delete()
    wanted = (roles & CONTENT_ROLES) - set(user.grants.values_list("role", flat=True)) if user.pk == by.pk else set()
    if not wanted:
        return roles
    others = User.objects.with_role(Role.APPLICATION_MANAGER).exclude(pk=user.pk)
    is_confirmed = not others.exists()
    kind = AccountNotice.Kind.ROLE_TAKEN if is_confirmed else AccountNotice.Kind.ROLE_REQUESTED
    for role in sorted(wanted):
        if is_confirmed or RoleRequest.objects.get_or_create(user=user, role=role, defaults={"asked_at": now})[1]:
            AccountNotice.objects.create(kind=kind, user=user, by=by, role=role, created_at=now)
            audit.record(f"role.{'take' if is_confirmed else 'request'}.{role}", user, actor=actor, now=now)
    return roles if is_confirmed else roles - wanted


def decide_role_request(request_id: int, *, is_confirmed: bool, by: User, actor: Actor, now: datetime) -> None:
    """Confirm or decline a role that somebody asked for themselves. Raises OwnRequest; decided twice is once."""
    found = RoleRequest.objects.filter(pk=request_id).select_related("user").first()
    if found is None:
        return
    with audit.record_refusals("role.confirm", found.user, actor=actor, now=now), transaction.atomic():
        if found.user_id == by.pk:
            raise OwnRequest
        if not RoleRequest.objects.filter(pk=request_id).delete()[0]:
            return
        if is_confirmed:
            _grant(found.user, frozenset({*found.user.roles, found.role}), by=by, actor=actor, now=now)
        else:
            audit.record(f"role.decline.{found.role}", found.user, actor=actor, now=now)


def _sync_allauth_address(user_id: int, email: str) -> None:
    """Keep the address of django-allauth equal to the account's."""
    EmailAddress.objects.filter(user_id=user_id).exclude(email=email).delete()
    EmailAddress.objects.get_or_create(user_id=user_id, email=email, defaults={"verified": True, "primary": True})


def _grant(user: User, roles: frozenset[str], *, by: User | None, actor: Actor, now: datetime) -> None:
    """Write only roles that change, so that `granted_at` keeps the time of the first grant.

    Others are told of a role that `by` gives somebody else, by its name: it may be withdrawn again before they read it.
    """
    had = set(user.grants.values_list("role", flat=True))
    user.grants.exclude(role__in=roles).delete()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, granted_by=by) for role in sorted(roles - had))
    for role in sorted(had - roles):
        audit.record(f"role.withdraw.{role}", object_key(user), actor=actor, now=now)
    for role in sorted(roles - had):
        audit.record(f"role.grant.{role}", object_key(user), actor=actor, now=now)
        if by is not None and by.pk != user.pk and role in TOLD_ROLES:
            kind = AccountNotice.Kind.ROLE_GIVEN
            AccountNotice.objects.create(kind=kind, user=user, by=by, role=role, created_at=now)
    user.__dict__.pop("roles", None)


def password_url(user: User) -> str:
    """Absolute address at which the user chooses a password; works once and for PASSWORD_RESET_TIMEOUT."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=key)
