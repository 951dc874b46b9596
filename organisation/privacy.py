"""What we keep of a member of staff. Candidates' data lies in the rooms above."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from core.actors import number_of
from organisation.models import AuditEvent, User


def export(person_key: str) -> dict[str, Any]:
    """What `user:<pk>` may read about themselves; empty for any other person."""
    user = _user_of(person_key)
    if user is None:
        return {}
    return {
        "name": user.name,
        "email": user.email,
        "roles": sorted(user.roles),
        "joined_at": user.joined_at.isoformat(),
        "audit_entries": AuditEvent.objects.filter(actor=person_key).count(),
    }


@transaction.atomic
def erase(person_key: str) -> None:
    """Name, address, roles and keys go; the row stays for the decisions that it signed. The trail holds keys only."""
    user = _user_of(person_key)
    if user is None:
        return
    EmailAddress.objects.filter(user=user).delete()
    user.authenticator_set.all().delete()
    user.grants.all().delete()
    user.set_unusable_password()
    user.name, user.email, user.is_active = "–", f"erased-{user.pk}@invalid.example", False
    user.save()


def _user_of(person_key: str) -> User | None:
    found: User | None = User.objects.filter(pk=number_of(person_key, "user")).first()
    return found
