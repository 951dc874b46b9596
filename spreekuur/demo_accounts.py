"""Demo accounts, whose password is public: recognised by the addresses of the demo data."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, ProgrammingError, transaction
from django.db.models import QuerySet

from core.actors import Actor
from organisation import audit
from organisation.models import RoleGrant, User

FILE = Path(__file__).parent / "demo_data" / "hospital.json"
STAFF = ("advisors", "recruiters", "managers", "application_managers")
REFUSAL = (
    "Spreekuur does not start with DEMO off while demo accounts can sign in: their password is public. "
    "Remove them with: manage.py remove_demo_accounts"
)


@cache
def demo_addresses() -> frozenset[str]:
    """Mail addresses of the demo's staff, in lower case."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return frozenset(person["email"].lower() for group in STAFF for person in data[group])


def demo_accounts() -> QuerySet[User]:
    """Accounts of the demo that may still sign in."""
    accounts: QuerySet[User] = User.objects.active().filter(email__in=demo_addresses())
    return accounts


def refuse_demo_accounts() -> None:
    """Raise ImproperlyConfigured when a demo account can sign in.

    A database that cannot be reached, or has no tables yet, has no accounts: the process may start and wait for it.
    """
    try:
        found = demo_accounts().exists()
    except (OperationalError, InterfaceError, ProgrammingError):
        return
    if found:
        raise ImproperlyConfigured(REFUSAL)


@transaction.atomic
def remove_demo_accounts(*, actor: Actor, now: datetime) -> int:
    """Close every demo account: no sign-in, no roles, no second factor, no session. Returns how many.

    The rows stay, because rejections and audit entries refer to them.
    """
    accounts = list(demo_accounts())
    keys = [account.pk for account in accounts]
    for account in accounts:
        account.is_active = False
        account.set_unusable_password()
    User.objects.bulk_update(accounts, ["is_active", "password"])
    RoleGrant.objects.filter(user__in=keys).delete()
    Authenticator.objects.filter(user__in=keys).delete()
    _end_sessions({str(key) for key in keys})
    audit.record_each("user.remove_demo", accounts, actor=actor, now=now)
    return len(accounts)


def _end_sessions(keys: set[str]) -> None:
    ended = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") in keys]
    Session.objects.filter(pk__in=ended).delete()
