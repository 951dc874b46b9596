from datetime import datetime

from django.conf import settings
from django.db import transaction

from core.actors import Actor
from core.errors import AddressDoesNotFit, TextDoesNotFit
from core.gsm7 import room_for_short_name, width_of
from core.message_schedule import LIMITS, Times, differing
from organisation import audit
from organisation.models import Policy

FIELDS = [field.name for field in Policy._meta.concrete_fields if not field.primary_key]


@transaction.atomic
def change_policy(policy: Policy, *, actor: Actor, now: datetime) -> list[str]:
    """Keep this policy; the audit trail says which fields changed, not into what. Raises TextDoesNotFit.

    Closed days and holidays have services of their own, since they can hit talks; the timetable has a page of its own.
    """
    refuse_what_does_not_fit(policy.short_name)
    stored = Policy.objects.select_for_update().filter(pk=1).first() or Policy(pk=1)
    policy.closed_days, policy.timetable = stored.closed_days, stored.timetable
    policy.closes_on_public_holidays = stored.closes_on_public_holidays
    changed = [name for name in FIELDS if getattr(stored, name) != getattr(policy, name)]
    policy.pk = 1
    policy.save()
    for name in changed:
        audit.record("policy.change", f"policy:{name}", actor=actor, now=now)
    return changed


@transaction.atomic
def change_timetable(times: Times, *, actor: Actor, now: datetime) -> list[str]:
    """Keep what differs from what is usual; what was posted stays. The audit trail says which hours changed."""
    policy = Policy.objects.select_for_update().filter(pk=1).first() or Policy(pk=1)
    changed = [name for name in LIMITS if getattr(times, name) != getattr(policy.times, name)]
    policy.timetable = differing(times)
    policy.save()
    for name in changed:
        audit.record("policy.change", f"policy:{name}", actor=actor, now=now)
    return changed


def refuse_what_does_not_fit(short_name: str) -> None:
    room = room_for_short_name(settings.PUBLIC_URL)
    if room < 1:
        raise AddressDoesNotFit
    if width_of(short_name) > room:
        raise TextDoesNotFit(room=room)
