from datetime import date, timedelta

import pytest

from core.date_params import (
    adjacent_months,
    format_month,
    format_week,
    parse_day,
    parse_month,
    parse_week,
    weeks_of_month,
)
from core.working_days import monday_of

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("day", [MONDAY, date(2026, 11, 25), date(2026, 11, 29)])
def test_a_week_starts_on_monday(day):
    assert (monday_of(day), format_week(day)) == (MONDAY, "2026-W48")


@pytest.mark.parametrize(
    ("read", "text", "day"),
    [
        (parse_day, "2026-11-24", date(2026, 11, 24)),
        (parse_week, "2026-W48", MONDAY),
        (parse_week, "2026-W53", date(2026, 12, 28)),
        (parse_week, "2027-W01", date(2027, 1, 4)),
        (parse_month, "2026-11", date(2026, 11, 1)),
        (parse_month, "2027-01", date(2027, 1, 1)),
    ],
)
def test_parsers_accept_a_day_a_week_or_a_month(read, text, day):
    assert read(text) == day


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (parse_day, "vandaag"),
        (parse_day, "2026-02-30"),
        (parse_day, "1999-12-31"),
        (parse_week, "48"),
        (parse_week, "2026-W60"),
        (parse_month, "2026"),
        (parse_month, "2026-13"),
        (parse_month, "2026-x"),
        (parse_month, "9999-01"),
        (parse_week, "99999999999999-W01"),
        (parse_week, "2026-W99999999999999"),
        (parse_month, "99999999999999-1"),
        (parse_month, "2026-99999999999999"),
        (parse_month, "2026-" + "1" * 5000),
    ],
)
def test_parsers_refuse_other_values(read, text):
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
def test_adjacent_months_are_the_previous_and_the_next(month, around):
    assert tuple(format_month(day) for day in adjacent_months(parse_month(month))) == around
