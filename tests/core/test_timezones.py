from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.timezones import EMPLOYER_ZONE, city_of, is_elsewhere, zone_choices, zone_for_name


def test_zone_choices_are_labelled_by_country_and_city():
    dutch, english = dict(zone_choices("nl")), dict(zone_choices("en"))

    assert (dutch["Europe/London"], english["Europe/London"]) == (
        "Verenigd Koninkrijk: Londen",
        "United Kingdom: London",
    )
    assert dutch["Europe/Amsterdam"] == "Nederland: Amsterdam"
    assert city_of("America/Paramaribo", "nl") == "Paramaribo"


def test_zone_for_name_falls_back_to_the_employers_zone():
    assert [zone_for_name(name) for name in ("Europe/Nergens", "", "../etc/passwd", "America/New_York")] == [
        EMPLOYER_ZONE,
        EMPLOYER_ZONE,
        EMPLOYER_ZONE,
        ZoneInfo("America/New_York"),
    ]


def test_zone_choices_are_valid_and_unique():
    names = [name for name, _words in zone_choices("nl")]

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
def test_is_elsewhere_compares_the_local_times(zone, moment, expected):
    assert is_elsewhere(ZoneInfo(zone), moment) == expected
