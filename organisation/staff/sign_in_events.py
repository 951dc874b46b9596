"""Receivers of django-allauth's events: what an account's sign-in and second factor leave behind.

Not signals of our own: the library announces these moments in no other way.
"""

from typing import Any

from allauth.account.signals import password_changed, password_reset, user_logged_in
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth import signals, update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from core.actors import STRANGER, Actor, object_key
from organisation import audit
from organisation.models import User
from organisation.staff.sessions import PASSED_KEY, end_sessions, is_idle


def connect() -> None:
    signals.user_logged_in.connect(record_first_use, dispatch_uid="first_use_of_session")
    user_logged_in.connect(record_sign_in, dispatch_uid="audit_sign_in")
    signals.user_login_failed.connect(record_failed_sign_in, dispatch_uid="audit_failed_sign_in")
    authenticator_added.connect(end_other_sessions, dispatch_uid="end_sessions_on_added")
    authenticator_removed.connect(end_other_sessions, dispatch_uid="end_sessions_on_removed")
    password_changed.connect(record_password, dispatch_uid="audit_password")
    password_reset.connect(record_password, dispatch_uid="audit_password_reset")


def record_first_use(request: HttpRequest, **kwargs: Any) -> None:
    """Start the idle time of a session, so that its first page need not write it."""
    is_idle(request, now=timezone.now())


def record_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record("user.sign_in", user, actor=Actor.of(user))


def record_failed_sign_in(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Record an attempt with a wrong password; an unknown address is not kept, the account of a known one is."""
    email = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    user = User.objects.filter(email=email).first()
    audit.record("user.sign_in", user or STRANGER.key, actor=STRANGER, result="wrong_credentials")


def record_password(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a new password. Django ends the other sessions, because their hash contains the old one."""
    audit.record("user.change_password", user, actor=Actor.of(user))


def end_other_sessions(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """End the sessions of this account elsewhere; this one has just proven who it is."""
    end_sessions(user)
    update_session_auth_hash(request, user)
    request.session[PASSED_KEY] = True
    audit.record("user.change_second_factor", object_key(user), actor=Actor.of(user))
