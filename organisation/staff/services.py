from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from core.actors import Actor, key_of
from core.errors import EmailTaken, LastApplicationManager, MayNotSignIn, OwnAccess
from organisation import audit
from organisation.models import Role, RoleGrant, User


@dataclass(frozen=True)
class StaffWish:
    name: str
    email: str
    roles: frozenset[str]
    is_active: bool = True


def add_staff(wish: StaffWish, *, by: User | None, actor: Actor, now: datetime, with_mail: bool = True) -> User:
    """A new account without a password; a mail with a link to choose one follows. Raises EmailTaken."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email=wish.email, name=wish.name, is_active=wish.is_active)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            _grant(user, wish.roles, by=by, actor=actor, now=now)
            if with_mail and user.is_active:
                User.objects.filter(pk=user.pk).update(invitation_asked_at=now)
            audit.record("user.add", user, actor=actor, now=now)
    except IntegrityError as error:
        raise EmailTaken from error
    return user


def change_staff(user: User, wish: StaffWish, *, by: User, actor: Actor, now: datetime) -> None:
    """Raises EmailTaken, OwnAccess, LastApplicationManager; a refusal stays in the trail."""
    with audit.refusals_recorded("user.change", user, actor=actor, now=now):
        try:
            with transaction.atomic():
                _refuse_lock_out(user, wish, by=by)
                User.objects.filter(pk=user.pk).update(
                    name=wish.name, email=wish.email.strip().lower(), is_active=wish.is_active
                )
                _keep_address(user.pk, wish.email.strip().lower())
                _grant(user, wish.roles, by=by, actor=actor, now=now)
                audit.record("user.change", user, actor=actor, now=now)
        except IntegrityError as error:
            raise EmailTaken from error


@transaction.atomic
def invite_again(user: User, *, actor: Actor, now: datetime) -> None:
    """Ask for a mail with a new link; asking twice before it has left is one mail. Raises MayNotSignIn."""
    if not user.is_active:
        raise MayNotSignIn
    if User.objects.filter(pk=user.pk, invitation_asked_at__isnull=True).update(invitation_asked_at=now):
        audit.record("user.invite_again", user, actor=actor, now=now)


def note_invited(user: User, *, now: datetime) -> bool:
    """Claims the wish for a mail: True for the one caller that may post it. Part of the caller's transaction."""
    wish = User.objects.filter(pk=user.pk, invitation_asked_at=user.invitation_asked_at)
    return bool(wish.update(invitation_asked_at=None, invited_at=now))


def _refuse_lock_out(user: User, wish: StaffWish, *, by: User) -> None:
    """Waits for whoever else changes application managers, so that two cannot remove each other."""
    managers = {
        grant.user_id
        for grant in RoleGrant.objects.select_for_update().filter(role=Role.APPLICATION_MANAGER).order_by("pk")
    }
    if user.pk not in managers or (wish.is_active and Role.APPLICATION_MANAGER in wish.roles):
        return
    if not User.objects.active().filter(pk__in=managers).exclude(pk=user.pk).exists():
        raise LastApplicationManager
    if user.pk == by.pk:
        raise OwnAccess


def _keep_address(user_id: int, email: str) -> None:
    """What django-allauth knows of the address follows."""
    EmailAddress.objects.filter(user_id=user_id).exclude(email=email).delete()
    EmailAddress.objects.get_or_create(user_id=user_id, email=email, defaults={"verified": True, "primary": True})


def _grant(user: User, roles: frozenset[str], *, by: User | None, actor: Actor, now: datetime) -> None:
    """Only what changes is written, so that `granted_at` says since when somebody has a role."""
    had = set(user.grants.values_list("role", flat=True))
    user.grants.exclude(role__in=roles).delete()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role, granted_by=by) for role in sorted(roles - had))
    for role in sorted(had - roles):
        audit.record(f"role.withdraw.{role}", key_of(user), actor=actor, now=now)
    for role in sorted(roles - had):
        audit.record(f"role.grant.{role}", key_of(user), actor=actor, now=now)
    user.__dict__.pop("roles", None)
