"""Contact hours: offers are made between 8:00 and 20:00, and only those hours count."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bookings.schedule import add_contact_hours, is_contact_hour, sms_hours
from core.message_schedule import DEFAULT_SCHEDULE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text):
    """A moment on the clock of Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T07:59", False),
        ("2026-11-24T08:00", True),
        ("2026-11-24T19:59", True),
        ("2026-11-24T20:00", False),
        ("2026-11-24T03:00", False),
    ],
)
def test_contact_hours_exclude_the_night(moment, expected):
    assert is_contact_hour(at(moment), AMSTERDAM, DEFAULT_SCHEDULE) == expected


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
def test_only_contact_hours_count_towards_the_deadline(moment, hours, end):
    assert add_contact_hours(at(moment), hours, AMSTERDAM, DEFAULT_SCHEDULE) == at(end)


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("2026-11-24T08:05", "2026-11-24T09:00"),
        ("2026-11-24T09:00", "2026-11-24T09:00"),
        ("2026-11-24T19:30", "2026-11-24T19:30"),
    ],
)
def test_sms_hours_are_between_nine_and_eight(moment, since):
    assert sms_hours(at(moment), AMSTERDAM, DEFAULT_SCHEDULE) == (at(since), at("2026-11-24T20:00"))


def test_contact_hours_are_in_the_candidates_time_zone():
    ten_in_the_evening_here = at("2026-11-24T22:00")

    assert is_contact_hour(ten_in_the_evening_here, ZoneInfo("America/New_York"), DEFAULT_SCHEDULE)
    assert add_contact_hours(ten_in_the_evening_here, 4, ZoneInfo("America/New_York"), DEFAULT_SCHEDULE) == datetime(
        2026, 11, 25, 1, 0, tzinfo=UTC
    )
