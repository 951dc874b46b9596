"""Waitlist preferences, and the slots that match them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from advisors.availability.slots import Slot, to_datetime
from bookings.requests import CHANNELS

NOON, SIX = 12, 18  # hours at which afternoon and evening begin, in the candidate's time zone


@dataclass(frozen=True, kw_only=True)
class WaitlistPreferences:
    """Preferences of one candidate; an empty set means no preference."""

    weekdays: frozenset[int]  # 0 is Monday
    day_parts: frozenset[str]  # morning, afternoon, evening
    channels: frozenset[str]
    language: str
    zone: ZoneInfo
    excluded_advisor_id: int | None = None  # gave the rejection as recruiter


def channel_for(slot: Slot, preferences: WaitlistPreferences) -> str | None:
    """Channel in which the slot would be offered, or None when it does not match."""
    if slot.advisor_id == preferences.excluded_advisor_id or preferences.language not in slot.rules.languages:
        return None
    weekday, part = _weekday_and_part(slot.start, preferences.zone)
    if preferences.weekdays and weekday not in preferences.weekdays:
        return None
    if preferences.day_parts and part not in preferences.day_parts:
        return None
    possible = slot.channels & preferences.channels if preferences.channels else slot.channels
    return next((channel for channel in CHANNELS if channel in possible), None)


def matching_slots(slots: Iterable[Slot], preferences: WaitlistPreferences) -> list[Slot]:
    return [slot for slot in slots if channel_for(slot, preferences) is not None]


@lru_cache(maxsize=65536)  # the same slots return every minute, for every entry
def _weekday_and_part(start: int, zone: ZoneInfo) -> tuple[int, str]:
    local = to_datetime(start).astimezone(zone)
    part = "morning" if local.hour < NOON else "afternoon" if local.hour < SIX else "evening"
    return local.weekday(), part
