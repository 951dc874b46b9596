from functools import cached_property
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Role of a member of staff; roles are additive. See docs/domain.md for what each may see."""

    ADVISOR = "advisor", _("Career advisor")
    RECRUITER = "recruiter", _("Recruiter")
    MANAGER = "manager", _("Manager")
    APPLICATION_MANAGER = "application_manager", _("Application manager")


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def awaiting_invitation(self) -> Self:
        return self.active().filter(invitation_asked_at__isnull=False)

    def with_role(self, role: Role) -> Self:
        return self.active().filter(grants__role=role)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, *, email: str, name: str, password: str | None = None, **fields: Any) -> "User":
        user = User(email=email.strip().lower(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Member of staff. Candidates have no account."""

    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=120)
    is_active = models.BooleanField(_("May sign in"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    invitation_asked_at = models.DateTimeField(null=True, blank=True, editable=False)  # None once the mail is posted
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    sessions_version = models.PositiveIntegerField(default=0, editable=False)  # in the session hash; see end_sessions

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.CheckConstraint(name="user_email_is_lower_case", condition=models.Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(self.grants.values_list("role", flat=True))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Hash that every session of this account carries: another password or version ends them all."""
        value = f"{self.password}:{self.sessions_version}"
        return salted_hmac("organisation.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_advisor(self) -> bool:
        return Role.ADVISOR in self.roles

    @property
    def is_recruiter(self) -> bool:
        return Role.RECRUITER in self.roles

    @property
    def is_manager(self) -> bool:
        return Role.MANAGER in self.roles

    @property
    def is_application_manager(self) -> bool:
        return Role.APPLICATION_MANAGER in self.roles

    @property
    def is_staff(self) -> bool:
        """May open the Django admin, which holds configuration only."""
        return self.is_active and self.is_application_manager

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class RoleGrant(models.Model):
    """Role of a user and since when; reviewed every quarter (BIO2 8.02.01)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["user", "role"]
        constraints = [models.UniqueConstraint(name="role_grant_once", fields=["user", "role"])]

    def __str__(self) -> str:
        return f"role grant {self.pk}"


class RoleRequest(models.Model):
    """A role that an application manager asked for themselves; somebody else has to confirm it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_requests")
    role = models.CharField(max_length=20, choices=Role)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [models.UniqueConstraint(name="role_request_once", fields=["user", "role"])]

    def __str__(self) -> str:
        return f"role request {self.pk}"


class AccountNotice(models.Model):
    """A change of an account that people must hear of by mail; a periodic task sends it and removes the row later."""

    class Kind(models.TextChoices):
        EMAIL_CHANGED = "email_changed", _("Mail address changed")
        ROLE_REQUESTED = "role_requested", _("Role asked for")
        ROLE_TAKEN = "role_taken", _("Own role given")
        ROLE_GIVEN = "role_given", _("Role of a colleague given")

    kind = models.CharField(max_length=20, choices=Kind)
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    old_email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=Role, blank=True)
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(name="account_notice_to_tell", fields=["id"], condition=models.Q(told_at__isnull=True))]

    def __str__(self) -> str:
        return f"account notice {self.pk}"
