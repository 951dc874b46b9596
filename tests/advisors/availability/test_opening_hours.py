"""Overlap of opening hours, looking at most a year ahead."""

from datetime import date, time

import pytest

from advisors.availability.opening_hours import Hours, days_on, first_overlap

MONDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 12, 2)  # the first Wednesday of December
FIRST_WEDNESDAY = "FREQ=MONTHLY;BYDAY=1WE"


def hours(starts=9, ends=12, **fields):
    values = {"weekday": None if {"rule", "day"} & set(fields) else 2}
    if "rule" in fields:
        values["valid_from"] = MONDAY
    return Hours(starts=time(starts), ends=time(ends), channels=frozenset({"phone"}), **values | fields)


@pytest.mark.parametrize(
    ("new", "other", "day"),
    [
        (hours(), hours(), date(2026, 11, 25)),
        (hours(), hours(12, 14), None),
        (hours(), hours(weekday=3), None),
        (hours(valid_until=date(2026, 12, 1)), hours(valid_from=date(2026, 12, 2)), None),
        (hours(), hours(valid_from=date(2028, 1, 3)), date(2028, 1, 5)),
        (hours(rule=FIRST_WEDNESDAY), hours(), WEDNESDAY),
        (hours(), hours(rule=FIRST_WEDNESDAY), WEDNESDAY),
        (hours(rule=FIRST_WEDNESDAY), hours(rule="FREQ=MONTHLY;BYDAY=2WE"), None),
        (hours(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"), hours(rule=FIRST_WEDNESDAY), date(2027, 1, 6)),
        (hours(rule="FREQ=DAILY"), hours(), date(2026, 11, 25)),
        (hours(day=WEDNESDAY), hours(), WEDNESDAY),
        (hours(), hours(day=WEDNESDAY), WEDNESDAY),
        (hours(day=WEDNESDAY, replaces=True), hours(), None),
        (hours(), hours(day=WEDNESDAY, replaces=True), None),
        (hours(day=WEDNESDAY), hours(day=WEDNESDAY, replaces=True), WEDNESDAY),
        (hours(), hours(day=date(2028, 1, 5)), date(2028, 1, 5)),
    ],
)
def test_first_overlap_gives_the_first_day_on_which_both_apply(new, other, day):
    assert first_overlap(new, (other,), since=MONDAY) == ((day, other) if day else None)


def test_extra_hours_do_not_overlap_with_weekly_hours_that_are_replaced_that_day():
    others = hours(), hours(14, 16, day=WEDNESDAY, replaces=True)

    assert first_overlap(hours(day=WEDNESDAY), others, since=MONDAY) is None


def test_daily_hours_are_compared_with_many_others_in_one_pass():
    others = tuple(hours(hour, hour + 1, rule="FREQ=DAILY") for hour in range(12, 23))

    assert first_overlap(hours(rule="FREQ=DAILY"), others, since=MONDAY) is None


def test_days_on_gives_the_dates_of_a_rule_within_its_validity():
    found = days_on(hours(rule=FIRST_WEDNESDAY, valid_until=date(2027, 2, 1)), MONDAY, date(2027, 12, 31))

    assert found == [WEDNESDAY, date(2027, 1, 6)]
