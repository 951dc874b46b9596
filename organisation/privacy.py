"""Export and erasure of the data of a member of staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from core.actors import pk_from_key
from organisation.models import AuditEvent, User


def export(person_key: str) -> dict[str, Any]:
    """Data of the member of staff `user:<pk>`; empty for any other key."""
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
    """Remove name, address, roles and second factors. The row stays, as bookings and rejections refer to it."""
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
    found: User | None = User.objects.filter(pk=pk_from_key(person_key, "user")).first()
    return found
