"""Agenda lock of an advisor, and agenda entries: reserve and release time."""

from datetime import datetime

from django.db import IntegrityError, transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import free_slots_for, slot_query_between
from advisors.availability.slots import Slot, SlotQuery
from advisors.models import Advisor, AgendaEntry
from core.prepared_statements import Prepared, finds_a_row
from organisation.models import Policy

_LOCK = Prepared(lambda pk: Advisor.objects.select_for_update(no_key=True).filter(pk=pk).values("pk"), 1)
_ACTIVE = Prepared(lambda advisor_id: Advisor.objects.active().filter(pk=advisor_id).values("pk"), 1)


def lock_agenda(advisor_id: int) -> None:
    """Lock the advisor's row until the end of the transaction. SQLite needs no lock: transactions are IMMEDIATE.

    Raises Advisor.DoesNotExist.
    """
    if not finds_a_row(_LOCK(advisor_id)):
        raise Advisor.DoesNotExist


def reserve_time(
    *,
    advisor_id: int,
    starts_at: datetime,
    query: SlotQuery,
    instead_of: AgendaEntry | None = None,
    kind: AgendaEntry.Kind = AgendaEntry.Kind.BOOKING,
) -> tuple[AgendaEntry, Slot]:
    """Reserve this start in the agenda, after checking with the slot engine that it is free.

    `instead_of` is an entry that moves to this start. The caller has a transaction and holds `lock_agenda`; to turn a
    hold into a booking it first releases the hold's time, in the same transaction. The query may be older than the
    lock, so closed days are read again. Raises SlotTaken, also when only the database constraint detects the overlap.
    """
    slot = _free_slot_at(advisor_id, starts_at, query, instead_of)
    if slot is None:
        raise SlotTaken
    try:
        with transaction.atomic():
            return _write(slot, instead_of, kind), slot
    except IntegrityError as error:
        raise SlotTaken from error


def release_time(entry_id: int | None) -> None:
    """Delete the agenda entry, so that its time is free at commit. Idempotent."""
    if entry_id is not None:
        AgendaEntry.objects.filter(pk=entry_id).delete()


def _free_slot_at(
    advisor_id: int, starts_at: datetime, query: SlotQuery, instead_of: AgendaEntry | None
) -> Slot | None:
    if not query.earliest <= starts_at <= query.latest:
        return None
    policy = Policy.objects.current()
    without = [instead_of.pk] if instead_of else []
    current = slot_query_between(starts_at, starts_at, policy=policy, channel=query.channel, language=query.language)
    slots = free_slots_for(_ACTIVE(advisor_id), current, policy=policy, without=without)
    return next((slot for slot in slots if slot.starts_at == starts_at), None)


def _write(slot: Slot, instead_of: AgendaEntry | None, kind: AgendaEntry.Kind) -> AgendaEntry:
    entry = instead_of
    if entry is None or entry.advisor_id != slot.advisor_id:
        entry = AgendaEntry(advisor_id=slot.advisor_id, kind=kind)
    entry.busy_from, entry.busy_until = slot.busy_from, slot.busy_until
    entry.talk_from, entry.talk_until = slot.starts_at, slot.ends_at
    entry.save()
    return entry
