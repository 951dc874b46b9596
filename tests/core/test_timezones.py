from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.timezones import HOME, is_elsewhere, place_of, zone_named, zones_in_words


def test_zones_are_named_by_country_and_town_in_the_readers_language():
    dutch, english = dict(zones_in_words("nl")), dict(zones_in_words("en"))

    assert (dutch["Europe/London"], english["Europe/London"]) == (
        "Verenigd Koninkrijk: Londen",
        "United Kingdom: London",
    )
    assert dutch["Europe/Amsterdam"] == "Nederland: Amsterdam"
    assert place_of("America/Paramaribo", "nl") == "Paramaribo"


def test_a_zone_that_nobody_knows_is_the_employers():
    assert [zone_named(name) for name in ("Europe/Nergens", "", "../etc/passwd", "America/New_York")] == [
        HOME,
        HOME,
        HOME,
        ZoneInfo("America/New_York"),
    ]


def test_every_named_zone_can_be_used_and_is_named_once():
    names = [name for name, _words in zones_in_words("nl")]

    assert [name for name in names if ZoneInfo(name).key != name] == []
    assert len(names) == len(set(names)) > 300


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Europe/Brussels", datetime(2026, 11, 24, 9, tzinfo=UTC), False),
        ("Europe/London", datetime(2026, 11, 24, 9, tzinfo=UTC), True),
        ("Africa/Algiers", datetime(2026, 11, 24, 9, tzinfo=UTC), False),  # no summer time there
        ("Africa/Algiers", datetime(2026, 7, 1, 9, tzinfo=UTC), True),
    ],
)
def test_elsewhere_is_where_the_clock_shows_another_time(zone, moment, expected):
    assert is_elsewhere(ZoneInfo(zone), moment) == expected
