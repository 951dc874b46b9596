"""An offer is made between 8.00 and 20.00, and only those hours count."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bookings.schedule import after_waking_hours, hours_for_texts, is_awake
from core.message_schedule import USUAL

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text):
    """A moment on the clock of Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("moment", "awake"),
    [
        ("2026-11-24T07:59", False),
        ("2026-11-24T08:00", True),
        ("2026-11-24T19:59", True),
        ("2026-11-24T20:00", False),
        ("2026-11-24T03:00", False),
    ],
)
def test_nobody_gets_an_offer_at_night(moment, awake):
    assert is_awake(at(moment), AMSTERDAM, USUAL) == awake


@pytest.mark.parametrize(
    ("moment", "hours", "end"),
    [
        ("2026-11-24T10:00", 4, "2026-11-24T14:00"),
        ("2026-11-24T16:00", 4, "2026-11-24T20:00"),
        ("2026-11-24T18:00", 4, "2026-11-25T10:00"),
        ("2026-11-24T23:00", 4, "2026-11-25T12:00"),
        ("2026-11-24T03:00", 4, "2026-11-24T12:00"),
        ("2026-11-24T08:00", 24, "2026-11-25T20:00"),
        ("2026-11-24T12:00", 72, "2026-11-30T12:00"),
        ("2026-10-24T18:00", 4, "2026-10-25T10:00"),  # the night in which the clock goes back
        ("2027-03-27T18:00", 4, "2027-03-28T10:00"),  # and forward
    ],
)
def test_the_time_to_answer_does_not_run_at_night(moment, hours, end):
    assert after_waking_hours(at(moment), hours, AMSTERDAM, USUAL) == at(end)


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("2026-11-24T08:05", "2026-11-24T09:00"),
        ("2026-11-24T09:00", "2026-11-24T09:00"),
        ("2026-11-24T19:30", "2026-11-24T19:30"),
    ],
)
def test_a_text_leaves_between_nine_and_eight(moment, since):
    assert hours_for_texts(at(moment), AMSTERDAM, USUAL) == (at(since), at("2026-11-24T20:00"))


def test_the_clock_is_that_of_the_candidate():
    ten_in_the_evening_here = at("2026-11-24T22:00")

    assert is_awake(ten_in_the_evening_here, ZoneInfo("America/New_York"), USUAL)
    assert after_waking_hours(ten_in_the_evening_here, 4, ZoneInfo("America/New_York"), USUAL) == datetime(
        2026, 11, 25, 1, 0, tzinfo=UTC
    )
