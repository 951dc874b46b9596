"""Slots that match waitlist preferences."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slot_rules import SlotRules
from advisors.availability.slots import Slot
from bookings.waitlist.preferences import WaitlistPreferences, channel_for

TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
NO_PREFERENCE = {
    "weekdays": frozenset(),
    "day_parts": frozenset(),
    "channels": frozenset(),
    "language": "nl",
    "zone": ZoneInfo("Europe/Amsterdam"),
}


def slot_at(hour, minute=0, *, channels=("onsite", "video"), languages=("nl",)):
    """Slot on Tuesday, at this time in Amsterdam."""
    start = int(TUESDAY.replace(hour=hour - 1, minute=minute).timestamp())
    terms = SlotRules(1200, 0, 600, 1800, frozenset(channels), frozenset(languages), None)
    return Slot(start, 1, terms)


def preferences(**fields):
    return WaitlistPreferences(
        **NO_PREFERENCE | {name: frozenset(v) if isinstance(v, list) else v for name, v in fields.items()}
    )


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ({}, True),
        ({"weekdays": [1]}, True),
        ({"weekdays": [0, 2]}, False),
        ({"language": "en"}, False),
        ({"channels": ["phone"]}, False),
        ({"channels": ["phone", "onsite"]}, True),
        ({"excluded_advisor_id": 1}, False),
        ({"excluded_advisor_id": 2}, True),
        ({"zone": ZoneInfo("Pacific/Auckland"), "day_parts": ["evening"]}, True),  # 10.30 here is 22.30 there
    ],
)
def test_a_slot_matches_when_every_preference_does(fields, matches):
    assert (channel_for(slot_at(10, 30), preferences(**fields)) is not None) == matches


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [(8, 0, "morning"), (11, 59, "morning"), (12, 0, "afternoon"), (17, 59, "afternoon"), (18, 0, "evening")],
)
def test_the_day_has_three_parts(hour, minute, part):
    slot, parts = slot_at(hour, minute), ("morning", "afternoon", "evening")

    assert [one for one in parts if channel_for(slot, preferences(day_parts=[one]))] == [part]


def test_the_first_possible_channel_is_offered():
    assert channel_for(slot_at(10), preferences()) == "video"
    assert channel_for(slot_at(10), preferences(channels=["onsite"])) == "onsite"
