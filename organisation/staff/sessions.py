"""Sessions of staff: ending them, the second factor that a session passed, and the time without use."""

from datetime import datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import F
from django.http import HttpRequest

from organisation.models import Policy, User

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone are none
PASSED_KEY = "second_factor_passed"
LAST_USE_KEY = "last_use"
LAST_USE_PRECISION = timedelta(minutes=1)  # the session is written once a minute at most


def end_sessions(user: User) -> None:
    """End every session of this account at once, on every device: their hash has another version."""
    User.objects.filter(pk=user.pk).update(sessions_version=F("sessions_version") + 1)
    user.refresh_from_db(fields=["sessions_version"])
    UserSession.objects.filter(user=user).delete()


def has_second_factor(user: User) -> bool:
    return bool(user.authenticator_set.filter(type__in=SECOND_FACTORS).exists())


def has_passed_second_factor(request: HttpRequest, user: User) -> bool:
    """True for a session of this user that signed in with a second factor, or set one up."""
    if request.session.get(PASSED_KEY):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def second_factor_deadline(user: User, policy: Policy) -> datetime | None:
    """End of the period in which this account may work without a second factor; None when policy requires none."""
    if not policy.second_factor_required:
        return None
    since = max(user.joined_at, policy.second_factor_since or user.joined_at)
    return since + timedelta(days=policy.second_factor_grace_days)


def is_idle(request: HttpRequest, *, now: datetime) -> bool:
    """True when this session was not used for too long; records the use otherwise."""
    last_use = request.session.get(LAST_USE_KEY)
    if last_use is not None and now - datetime.fromisoformat(last_use) > idle_limit():
        return True
    if last_use is None or now - datetime.fromisoformat(last_use) >= LAST_USE_PRECISION:
        request.session[LAST_USE_KEY] = now.isoformat()
    return False


def idle_limit() -> timedelta:
    return timedelta(minutes=settings.STAFF_IDLE_MINUTES)
