"""Which moments are offered instead of a talk that cannot go on. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from advisors.availability.slots import Slot, Span

AT_MOST = 3


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The talk that cannot go on, on the candidate's clock."""

    starts_at: datetime
    advisor_id: int
    channel: str
    zone: ZoneInfo
    away: Span | None = None  # when its advisor holds no talks, whatever their agenda says


def moments_instead(slots: Iterable[Slot], lost: Lost, *, besides: Iterable[Slot] = ()) -> list[Slot]:
    """Up to three other moments: on different days where that can be, then with the same advisor, then the same way.

    `besides` are chosen already; with those there are three.
    """
    already = list(besides)
    chosen = list(already)
    others = [slot for slot in slots if slot.starts_at != lost.starts_at and not _is_away(slot, lost)]
    best_first = sorted(others, key=lambda slot: _rank(slot, lost))
    for only_other_days in (True, False):
        for slot in best_first:
            days = {_day(one, lost.zone) for one in chosen}
            if len(chosen) < AT_MOST and not (only_other_days and _day(slot, lost.zone) in days):
                chosen += [] if any(_clash(slot, one) for one in chosen) else [slot]
    return sorted(chosen[len(already) :])


def _is_away(slot: Slot, lost: Lost) -> bool:
    if lost.away is None or slot.advisor_id != lost.advisor_id:
        return False
    return slot.starts_at < lost.away.end and lost.away.start < slot.ends_at


def _rank(slot: Slot, lost: Lost) -> tuple[bool, bool, date, int, Slot]:
    """Within a day the time that is closest to the lost one comes first."""
    local, was = slot.starts_at.astimezone(lost.zone), lost.starts_at.astimezone(lost.zone)
    apart = abs((local.hour - was.hour) * 60 + local.minute - was.minute)
    return slot.advisor_id != lost.advisor_id, lost.channel not in slot.channels, local.date(), apart, slot


def _clash(one: Slot, other: Slot) -> bool:
    if one.start == other.start:
        return True
    overlap = one.busy_from < other.busy_until and other.busy_from < one.busy_until
    return one.advisor_id == other.advisor_id and overlap


def _day(slot: Slot, zone: ZoneInfo) -> date:
    return slot.starts_at.astimezone(zone).date()
