"""Change policy, message schedule, locations and departments."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from core.actors import Actor, object_key
from core.gsm7 import max_short_name_length, normalise, septets
from core.message_schedule import LIMITS, MessageSchedule, non_default_values
from organisation import audit
from organisation.errors import AddressDoesNotFit, NameTaken, TextDoesNotFit
from organisation.models import Department, Location, Policy

FIELDS = [field.name for field in Policy._meta.concrete_fields if field.editable and not field.primary_key]


@transaction.atomic
def change_policy(policy: Policy, *, actor: Actor, now: datetime) -> list[str]:
    """Store the policy and return the changed fields, whose names are audited. Raises TextDoesNotFit.

    Closed days, holidays and the message schedule are not touched: they have services of their own.
    """
    refuse_long_short_name(policy.short_name)
    stored = Policy.objects.select_for_update().filter(pk=1).first() or Policy(pk=1)
    policy.closed_days, policy.timetable = stored.closed_days, stored.timetable
    policy.closes_on_public_holidays = stored.closes_on_public_holidays
    policy.second_factor_since = _second_factor_since(stored, policy, now)
    changed = [name for name in FIELDS if getattr(stored, name) != getattr(policy, name)]
    policy.pk = 1
    policy.save()
    for name in changed:
        audit.record("policy.change", f"policy:{name}", actor=actor, now=now)
    return changed


def _second_factor_since(stored: Policy, wanted: Policy, now: datetime) -> datetime | None:
    """Time at which the second factor became obligatory; the period of grace counts from it."""
    if not wanted.second_factor_required:
        return None
    return stored.second_factor_since if stored.second_factor_required else now


@transaction.atomic
def change_message_schedule(times: MessageSchedule, *, actor: Actor, now: datetime) -> list[str]:
    """Store the values that differ from the default, and return the names of the changed ones, which are audited.

    Messages that were posted keep their time.
    """
    policy = Policy.objects.select_for_update().filter(pk=1).first() or Policy(pk=1)
    changed = [name for name in LIMITS if getattr(times, name) != getattr(policy.times, name)]
    policy.timetable = non_default_values(times)
    policy.save()
    for name in changed:
        audit.record("policy.change", f"policy:{name}", actor=actor, now=now)
    return changed


def refuse_long_short_name(short_name: str) -> None:
    """Refuse a name that does not fit in an SMS. Raises AddressDoesNotFit, TextDoesNotFit."""
    limit = max_short_name_length(settings.PUBLIC_URL)
    if limit < 1:
        raise AddressDoesNotFit
    if septets(normalise(short_name)) > limit:
        raise TextDoesNotFit(room=limit)


def save_location_or_department(unit: Location | Department, *, actor: Actor, now: datetime) -> None:
    """Add or change a location or a department; none is deleted, only taken out of use. Raises NameTaken."""
    action = "change" if unit.pk else "add"
    try:
        with transaction.atomic():
            unit.save()
            audit.record(f"{unit._meta.model_name}.{action}", object_key(unit), actor=actor, now=now)
    except IntegrityError as error:
        raise NameTaken from error
