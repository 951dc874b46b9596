"""What somebody on the waiting list wishes, and whether a free moment fits that. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisors.availability.slots import Slot, moment_at
from bookings.requests import CHANNELS

NOON, SIX = 12, 18  # where the parts of a day begin, on the candidate's own clock


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Nothing chosen means that everything is fine."""

    weekdays: frozenset[int]  # 0 is Monday
    day_parts: frozenset[str]  # morning, afternoon, evening
    channels: frozenset[str]
    language: str
    zone: ZoneInfo
    never_with: int | None = None  # the advisor who gave the rejection


def channel_for(slot: Slot, wishes: Wishes) -> str | None:
    """How the talk would be held at this moment; None when the moment does not fit."""
    if slot.advisor_id == wishes.never_with or wishes.language not in slot.terms.languages:
        return None
    weekday, part = _day_and_part(slot.start, wishes.zone)
    if (wishes.weekdays and weekday not in wishes.weekdays) or (wishes.day_parts and part not in wishes.day_parts):
        return None
    possible = slot.channels & wishes.channels if wishes.channels else slot.channels
    return next((channel for channel in CHANNELS if channel in possible), None)


def fitting(slots: Iterable[Slot], wishes: Wishes) -> list[Slot]:
    return [slot for slot in slots if channel_for(slot, wishes) is not None]


@lru_cache(maxsize=65536)  # the same moments come back every minute, for everybody who waits
def _day_and_part(second: int, zone: ZoneInfo) -> tuple[int, str]:
    local = moment_at(second).astimezone(zone)
    part = "morning" if local.hour < NOON else "afternoon" if local.hour < SIX else "evening"
    return local.weekday(), part
