"""What fits the wishes of somebody who waits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slot_rules import Terms
from advisors.availability.slots import Slot
from bookings.waitlist.preferences import Wishes, channel_for

TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
ANYTHING = {
    "weekdays": frozenset(),
    "day_parts": frozenset(),
    "channels": frozenset(),
    "language": "nl",
    "zone": ZoneInfo("Europe/Amsterdam"),
}


def slot_at(hour, minute=0, *, channels=("onsite", "video"), languages=("nl",)):
    """On Tuesday, hours of Amsterdam."""
    start = int(TUESDAY.replace(hour=hour - 1, minute=minute).timestamp())
    terms = Terms(1200, 0, 600, 1800, frozenset(channels), frozenset(languages), None)
    return Slot(start, 1, terms)


def wishes(**fields):
    return Wishes(**ANYTHING | {name: frozenset(v) if isinstance(v, list) else v for name, v in fields.items()})


@pytest.mark.parametrize(
    ("wished", "fits"),
    [
        ({}, True),
        ({"weekdays": [1]}, True),
        ({"weekdays": [0, 2]}, False),
        ({"language": "en"}, False),
        ({"channels": ["phone"]}, False),
        ({"channels": ["phone", "onsite"]}, True),
        ({"never_with": 1}, False),
        ({"never_with": 2}, True),
        ({"zone": ZoneInfo("Pacific/Auckland"), "day_parts": ["evening"]}, True),  # 10.30 here is 22.30 there
    ],
)
def test_a_moment_fits_when_every_wish_does(wished, fits):
    assert (channel_for(slot_at(10, 30), wishes(**wished)) is not None) == fits


@pytest.mark.parametrize(
    ("hour", "minute", "part"),
    [(8, 0, "morning"), (11, 59, "morning"), (12, 0, "afternoon"), (17, 59, "afternoon"), (18, 0, "evening")],
)
def test_the_day_has_three_parts(hour, minute, part):
    slot, parts = slot_at(hour, minute), ("morning", "afternoon", "evening")

    assert [one for one in parts if channel_for(slot, wishes(day_parts=[one]))] == [part]


def test_the_first_channel_that_can_be_is_offered():
    assert channel_for(slot_at(10), wishes()) == "video"
    assert channel_for(slot_at(10), wishes(channels=["onsite"])) == "onsite"
