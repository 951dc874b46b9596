"""Taking and giving back an advisor's time."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from advisors.models import Advisor, AgendaEntry
from advisors.queries import free_slots_of
from advisors.refusals import SlotTaken
from advisors.slots import Question, Slot
from organisation.models import Policy


def lock_agenda(advisor_id: int) -> None:
    """Whoever takes this advisor's time waits here. On SQLite the transaction is alone already (IMMEDIATE)."""
    Advisor.objects.select_for_update(no_key=True).order_by("pk").get(pk=advisor_id)


def take_time(
    *, advisor_id: int, starts_at: datetime, question: Question, policy: Policy, instead_of: AgendaEntry | None = None
) -> tuple[AgendaEntry, Slot]:
    """Book this start in the agenda after asking the engine once more; `instead_of` is own time that moves.

    The caller has a transaction and holds `lock_agenda`. Raises SlotTaken, also when the database's own constraint
    had to say it.
    """
    slot = _free_slot_at(advisor_id, starts_at, question, policy, instead_of)
    if slot is None:
        raise SlotTaken
    try:
        with transaction.atomic():
            return _write(slot, instead_of), slot
    except IntegrityError as error:
        raise SlotTaken from error


def give_time_back(entry_id: int | None) -> None:
    """The time is free again at commit; doing it twice is harmless."""
    AgendaEntry.objects.filter(pk=entry_id).delete()


def _free_slot_at(
    advisor_id: int, starts_at: datetime, question: Question, policy: Policy, instead_of: AgendaEntry | None
) -> Slot | None:
    if not question.earliest <= starts_at <= question.latest:
        return None
    advisors = Advisor.objects.active().filter(pk=advisor_id)
    without = instead_of.pk if instead_of else None
    around = replace(question, earliest=starts_at, latest=starts_at)
    slots = free_slots_of(advisors, around, policy=policy, without_entry=without)
    return next((slot for slot in slots if slot.starts_at == starts_at), None)


def _write(slot: Slot, instead_of: AgendaEntry | None) -> AgendaEntry:
    if instead_of is not None and instead_of.advisor_id == slot.advisor_id:
        instead_of.busy_from, instead_of.busy_until = slot.starts_at, slot.busy_until
        instead_of.save(update_fields=["busy_from", "busy_until"])
        return instead_of
    return AgendaEntry.objects.create(
        advisor_id=slot.advisor_id,
        kind=AgendaEntry.Kind.BOOKING,
        busy_from=slot.starts_at,
        busy_until=slot.busy_until,
    )
