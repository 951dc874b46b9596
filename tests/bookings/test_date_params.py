from datetime import date, timedelta

import pytest

from bookings.date_params import (
    day_named,
    monday_named,
    monday_of,
    month_name,
    month_named,
    months_around,
    week_name,
    weeks_of_month,
)

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("day", [MONDAY, date(2026, 11, 25), date(2026, 11, 29)])
def test_a_week_starts_on_monday(day):
    assert (monday_of(day), week_name(day)) == (MONDAY, "2026-W48")


@pytest.mark.parametrize(
    ("read", "text", "day"),
    [
        (day_named, "2026-11-24", date(2026, 11, 24)),
        (monday_named, "2026-W48", MONDAY),
        (monday_named, "2026-W53", date(2026, 12, 28)),
        (monday_named, "2027-W01", date(2027, 1, 4)),
        (month_named, "2026-11", date(2026, 11, 1)),
        (month_named, "2027-01", date(2027, 1, 1)),
    ],
)
def test_an_address_names_a_day_a_week_or_a_month(read, text, day):
    assert read(text) == day


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (day_named, "vandaag"),
        (day_named, "2026-02-30"),
        (day_named, "1999-12-31"),
        (monday_named, "48"),
        (monday_named, "2026-W60"),
        (month_named, "2026"),
        (month_named, "2026-13"),
        (month_named, "2026-x"),
        (month_named, "9999-01"),
        (monday_named, "99999999999999-W01"),
        (monday_named, "2026-W99999999999999"),
        (month_named, "99999999999999-1"),
        (month_named, "2026-99999999999999"),
        (month_named, "2026-" + "1" * 5000),
    ],
)
def test_what_is_no_period_is_said(read, text):
    with pytest.raises(ValueError):
        read(text)


@pytest.mark.parametrize(
    ("month", "first", "last", "weeks"),
    [
        (date(2026, 2, 1), date(2026, 1, 26), date(2026, 3, 1), 5),
        (date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 28), 4),  # begins on Monday, ends on Sunday
        (date(2026, 10, 1), date(2026, 9, 28), date(2026, 11, 1), 5),  # the clock goes back
        (date(2027, 3, 1), date(2027, 3, 1), date(2027, 4, 4), 5),  # the clock goes forward
        (date(2027, 10, 1), date(2027, 9, 27), date(2027, 10, 31), 5),
        (date(2026, 11, 1), date(2026, 10, 26), date(2026, 12, 6), 6),
        (date(2026, 12, 1), date(2026, 11, 30), date(2027, 1, 3), 5),
        (date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 31), 5),
        (date(2028, 2, 1), date(2028, 1, 31), date(2028, 3, 5), 5),  # a leap year
    ],
)
def test_a_month_is_shown_in_whole_weeks(month, first, last, weeks):
    found = weeks_of_month(month)

    days = [day for week in found for day in week]
    assert (days[0], days[-1], len(found)) == (first, last, weeks)
    assert days == [first + timedelta(days=number) for number in range(7 * weeks)]


@pytest.mark.parametrize(
    ("month", "around"),
    [("2026-12", ("2026-11", "2027-01")), ("2027-01", ("2026-12", "2027-02")), ("2027-03", ("2027-02", "2027-04"))],
)
def test_a_month_has_one_before_and_one_after(month, around):
    assert tuple(month_name(day) for day in months_around(month_named(month))) == around
