"""Choose alternative slots for a booking that an advisor cancels. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from advisors.availability.slots import Slot, Span

MAX_ALTERNATIVES = 3


@dataclass(frozen=True, kw_only=True)
class CancelledSlot:
    """The slot of the cancelled booking, with the candidate's time zone."""

    starts_at: datetime
    advisor_id: int
    channel: str
    zone: ZoneInfo
    away: Span | None = None  # the advisor cannot take bookings in it, whatever their agenda says


def choose_alternatives(slots: Iterable[Slot], cancelled: CancelledSlot, *, chosen: Iterable[Slot] = ()) -> list[Slot]:
    """Up to three slots, by start: on different days if possible, then with the same advisor, then by the same channel.

    Slots that were `chosen` before count for the three and for the days.
    """
    before = list(chosen)
    found = list(before)
    others = [slot for slot in slots if slot.starts_at != cancelled.starts_at and not _is_away(slot, cancelled)]
    best_first = sorted(others, key=lambda slot: _rank(slot, cancelled))
    for only_other_days in (True, False):
        for slot in best_first:
            days = {_day(one, cancelled.zone) for one in found}
            if len(found) < MAX_ALTERNATIVES and not (only_other_days and _day(slot, cancelled.zone) in days):
                found += [] if any(_clash(slot, one) for one in found) else [slot]
    return sorted(found[len(before) :])


def _is_away(slot: Slot, cancelled: CancelledSlot) -> bool:
    if cancelled.away is None or slot.advisor_id != cancelled.advisor_id:
        return False
    return slot.starts_at < cancelled.away.end and cancelled.away.start < slot.ends_at


def _rank(slot: Slot, cancelled: CancelledSlot) -> tuple[bool, bool, date, int, Slot]:
    """Sort key, best first; within a day, the local time nearest to the cancelled one."""
    local, was = slot.starts_at.astimezone(cancelled.zone), cancelled.starts_at.astimezone(cancelled.zone)
    apart = abs((local.hour - was.hour) * 60 + local.minute - was.minute)
    return slot.advisor_id != cancelled.advisor_id, cancelled.channel not in slot.channels, local.date(), apart, slot


def _clash(one: Slot, other: Slot) -> bool:
    if one.start == other.start:
        return True
    overlap = one.busy_from < other.busy_until and other.busy_from < one.busy_until
    return one.advisor_id == other.advisor_id and overlap


def _day(slot: Slot, zone: ZoneInfo) -> date:
    return slot.starts_at.astimezone(zone).date()
