"""Taking and giving back an advisor's time, and the hours in which it can be taken."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from advisors.availability.errors import AbsenceInvalid, AbsenceTooLong, SlotTaken
from advisors.availability.opening_hours import Hours
from advisors.availability.queries import free_slots_of, question_between
from advisors.availability.slots import Question, Slot, Span
from advisors.availability.validation import checked, fill, workable
from advisors.models import Absence, Advisor, AgendaEntry, Opening
from core.actors import Actor, key_of
from core.prepared_statements import Prepared, finds_a_row
from organisation import audit
from organisation.models import Policy

LONGEST_ABSENCE = timedelta(days=731)  # two years
_LOCK = Prepared(lambda pk: Advisor.objects.select_for_update(no_key=True).filter(pk=pk).values("pk"), 1)
_ACTIVE = Prepared(lambda advisor_id: Advisor.objects.active().filter(pk=advisor_id).values("pk"), 1)


def lock_agenda(advisor_id: int) -> None:
    """Whoever takes this advisor's time waits here. On SQLite the transaction is alone already (IMMEDIATE)."""
    if not finds_a_row(_LOCK(advisor_id)):
        raise Advisor.DoesNotExist


def take_time(
    *,
    advisor_id: int,
    starts_at: datetime,
    question: Question,
    instead_of: AgendaEntry | None = None,
    kind: AgendaEntry.Kind = AgendaEntry.Kind.BOOKING,
) -> tuple[AgendaEntry, Slot]:
    """Take this start in the agenda after asking the engine once more; `instead_of` is own time that moves.

    The caller has a transaction and holds `lock_agenda`; a hold becomes a booking by giving its time back first, in
    the same transaction. The question may be older than the lock: which days are closed is asked anew. Raises
    SlotTaken, also when the database's own constraint had to say it.
    """
    slot = _free_slot_at(advisor_id, starts_at, question, instead_of)
    if slot is None:
        raise SlotTaken
    try:
        with transaction.atomic():
            return _write(slot, instead_of, kind), slot
    except IntegrityError as error:
        raise SlotTaken from error


def give_time_back(entry_id: int | None) -> None:
    """The time is free again at commit; doing it twice is harmless."""
    if entry_id is not None:
        AgendaEntry.objects.filter(pk=entry_id).delete()


def _free_slot_at(
    advisor_id: int, starts_at: datetime, question: Question, instead_of: AgendaEntry | None
) -> Slot | None:
    if not question.earliest <= starts_at <= question.latest:
        return None
    policy = Policy.objects.current()
    without = [instead_of.pk] if instead_of else []
    around = question_between(starts_at, starts_at, policy=policy, channel=question.channel, language=question.language)
    slots = free_slots_of(_ACTIVE(advisor_id), around, policy=policy, without=without)
    return next((slot for slot in slots if slot.starts_at == starts_at), None)


def _write(slot: Slot, instead_of: AgendaEntry | None, kind: AgendaEntry.Kind) -> AgendaEntry:
    entry = instead_of
    if entry is None or entry.advisor_id != slot.advisor_id:
        entry = AgendaEntry(advisor_id=slot.advisor_id, kind=kind)
    entry.busy_from, entry.busy_until = slot.busy_from, slot.busy_until
    entry.talk_from, entry.talk_until = slot.starts_at, slot.ends_at
    entry.save()
    return entry


def open_hours(*, advisor: Advisor, hours: Hours, actor: Actor, now: datetime) -> Opening:
    """Hold talks in these hours: every week, by a rule, or on one day. Refuses as `advisors.openings.workable`."""
    opening = Opening(advisor=advisor)
    with audit.refusals_recorded("hours.open", advisor, actor=actor, now=now):
        _save_hours(opening, checked(opening, hours, now=now), "hours.open", actor, now)
    return opening


def change_hours(*, opening: Opening, hours: Hours, actor: Actor, now: datetime) -> Opening:
    """Other hours from now on; talks that are booked stay. Refuses as `open_hours` does."""
    with audit.refusals_recorded("hours.change", opening, actor=actor, now=now):
        _save_hours(opening, checked(opening, hours, now=now), "hours.change", actor, now)
    return opening


@transaction.atomic
def close_hours(*, opening: Opening, actor: Actor, now: datetime) -> None:
    """No more talks in these hours; what is booked stays. Closing twice is the same as once."""
    key = key_of(opening)
    if Opening.objects.filter(pk=opening.pk).delete()[0]:
        audit.record("hours.close", key, actor=actor, now=now)


def add_absence(*, advisor: Advisor, span: Span, actor: Actor, now: datetime) -> Absence:
    """Away in this stretch; what is booked stays. The same twice is one. Raises AbsenceInvalid, AbsenceTooLong."""
    with audit.refusals_recorded("absence.add", advisor, actor=actor, now=now), transaction.atomic():
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
    """Not away after all. Removing twice is the same as once."""
    key = key_of(absence)
    if Absence.objects.filter(pk=absence.pk).delete()[0]:
        audit.record("absence.remove", key, actor=actor, now=now)


@transaction.atomic
def _save_hours(opening: Opening, hours: Hours, action: str, actor: Actor, now: datetime) -> None:
    lock_agenda(opening.advisor_id)
    fill(opening, workable(opening, hours, now=now)).save()
    audit.record(action, opening, actor=actor, now=now)
