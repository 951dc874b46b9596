"""Open, change and close opening hours; add and remove absences. Booked talks are not changed here."""

from datetime import datetime, timedelta

from django.db import transaction

from advisors.availability.errors import AbsenceInvalid, AbsenceTooLong
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Span
from advisors.availability.validation import apply_hours, validate_hours, validate_with_others
from advisors.models import Absence, Advisor, Opening
from advisors.services import lock_agenda
from core.actors import Actor, object_key
from organisation import audit


def open_hours(*, advisor: Advisor, hours: Hours, actor: Actor, now: datetime) -> Opening:
    """Add opening hours: weekly, by a recurrence rule, or on one date. Raises what `validate_with_others` raises."""
    opening = Opening(advisor=advisor)
    with audit.record_refusals("hours.open", advisor, actor=actor, now=now):
        _save_hours(opening, validate_hours(opening, hours, now=now), "hours.open", actor, now)
    return opening


def change_hours(*, opening: Opening, hours: Hours, actor: Actor, now: datetime) -> Opening:
    """Replace opening hours; booked talks stay. Raises what `open_hours` raises."""
    with audit.record_refusals("hours.change", opening, actor=actor, now=now):
        _save_hours(opening, validate_hours(opening, hours, now=now), "hours.change", actor, now)
    return opening


@transaction.atomic
def close_hours(*, opening: Opening, actor: Actor, now: datetime) -> None:
    """Delete opening hours; booked talks stay. Idempotent."""
    key = object_key(opening)
    if Opening.objects.filter(pk=opening.pk).delete()[0]:
        audit.record("hours.close", key, actor=actor, now=now)


def add_absence(*, advisor: Advisor, span: Span, actor: Actor, now: datetime) -> Absence:
    """Add an absence; booked talks stay. Idempotent. Raises AbsenceInvalid, AbsenceTooLong."""
    with audit.record_refusals("absence.add", advisor, actor=actor, now=now), transaction.atomic():
        if span.end <= max(span.start, now):
            raise AbsenceInvalid
        if span.end - span.start > LONGEST_ABSENCE:
            raise AbsenceTooLong
        lock_agenda(advisor.pk)
        absence, created = Absence.objects.get_or_create(advisor=advisor, starts_at=span.start, ends_at=span.end)
        if created:
            audit.record("absence.add", absence, actor=actor, now=now)
    return absence


@transaction.atomic
def remove_absence(*, absence: Absence, actor: Actor, now: datetime) -> None:
    """Remove an absence. Idempotent."""
    key = object_key(absence)
    if Absence.objects.filter(pk=absence.pk).delete()[0]:
        audit.record("absence.remove", key, actor=actor, now=now)


@transaction.atomic
def _save_hours(opening: Opening, hours: Hours, action: str, actor: Actor, now: datetime) -> None:
    lock_agenda(opening.advisor_id)
    apply_hours(opening, validate_with_others(opening, hours, now=now)).save()
    audit.record(action, opening, actor=actor, now=now)


LONGEST_ABSENCE = timedelta(days=731)  # two years
