from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.message_schedule import DEFAULT_SCHEDULE
from core.working_days import add_working_days, is_working_day, next_invitation_time, working_days_between

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 24), True),  # an ordinary Tuesday
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 11, 29), False),  # Sunday
        (date(2026, 1, 1), False),  # New Year's Day
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 27), False),  # King's Day
        (date(2025, 4, 26), False),  # King's Day a day early: the 27th was a Sunday,
        (date(2025, 4, 28), True),  # and the Monday after is not free
        (date(2025, 5, 5), False),  # Liberation Day in a lustrum year
        (date(2026, 5, 5), True),  # and in another year
        (date(2026, 5, 14), False),  # Ascension Day
        (date(2026, 5, 25), False),  # Whit Monday
        (date(2026, 12, 25), False),  # Christmas
        (date(2028, 12, 26), False),  # Second Day of Christmas
        (date(2027, 12, 27), True),  # a Monday: Christmas in a weekend is not made up for
    ],
)
def test_is_working_day_knows_weekends_and_dutch_holidays(day, expected):
    assert is_working_day(day) is expected


def test_the_employers_own_closed_days_are_no_working_days():
    closed = frozenset({date(2026, 11, 24), date(2026, 11, 25)})

    assert [is_working_day(day, closed) for day in (date(2026, 11, 24), date(2026, 11, 26))] == [False, True]
    assert add_working_days(date(2026, 11, 23), 1, closed) == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # over a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
        (date(2026, 11, 24), 5, date(2026, 12, 1)),  # the norm for a referral
        (date(2026, 12, 24), 1, date(2026, 12, 28)),  # over Christmas and the weekend behind it
        (date(2026, 4, 24), 1, date(2026, 4, 28)),  # over King's Day on a Monday
        (date(2026, 11, 30), -1, date(2026, 11, 27)),
    ],
)
def test_add_working_days_skips_days_off(day, count, expected):
    assert add_working_days(day, count) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), 0),
        (date(2026, 11, 24), date(2026, 12, 1), 5),
        (date(2026, 11, 27), date(2026, 11, 29), 0),
        (date(2026, 12, 24), date(2027, 1, 4), 5),  # without Christmas and New Year's Day
        (date(2026, 12, 1), date(2026, 11, 24), 0),
    ],
)
def test_working_days_between_leaves_out_the_first_day(start, end, expected):
    assert working_days_between(start, end) == expected


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 40))
def test_working_days_between_counts_what_add_working_days_added(day, count):
    assert working_days_between(day, add_working_days(day, count)) == count


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:00"),  # at once
        ("2026-11-24T16:59:59", "2026-11-24T16:59:59"),
        ("2026-11-24T09:59:59", "2026-11-24T10:00"),  # too early
        ("2026-11-24T00:00", "2026-11-24T10:00"),
        ("2026-11-24T17:00", "2026-11-25T10:00"),  # too late
        ("2026-11-27T14:59", "2026-11-27T14:59"),  # Friday
        ("2026-11-27T15:00", "2026-11-30T10:00"),
        ("2026-11-28T12:00", "2026-11-30T10:00"),  # Saturday
        ("2026-04-24T16:00", "2026-04-28T10:00"),  # Friday before King's Day on a Monday
        ("2026-12-24T17:30", "2026-12-28T10:00"),  # Christmas
        ("2027-03-25T18:00", "2027-03-30T10:00"),  # over Easter and the start of summer time
        ("2026-10-23T15:30", "2026-10-26T10:00"),  # over the end of summer time in 2026
        ("2027-10-29T15:30", "2027-11-01T10:00"),  # and in 2027
    ],
)
def test_next_invitation_time_waits_for_the_allowed_hours(moment, expected):
    assert next_invitation_time(local(moment), AMSTERDAM, DEFAULT_SCHEDULE) == local(expected)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 10, 23, 14, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=UTC)),  # 10:00 is 08:00 UTC before
        (datetime(2027, 3, 25, 17, tzinfo=UTC), datetime(2027, 3, 30, 8, tzinfo=UTC)),  # 10:00 is 09:00 UTC before
        (datetime(2027, 10, 29, 14, tzinfo=UTC), datetime(2027, 11, 1, 9, tzinfo=UTC)),
    ],
)
def test_next_invitation_time_follows_the_zone(moment, expected):
    found = next_invitation_time(moment, AMSTERDAM, DEFAULT_SCHEDULE)

    assert (found, found.utcoffset()) == (expected, timedelta(0))


@settings(deadline=None)
@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)))
def test_next_invitation_time_keeps_an_allowed_time(moment):
    found = next_invitation_time(moment, AMSTERDAM, DEFAULT_SCHEDULE)

    assert found >= moment
    assert next_invitation_time(found, AMSTERDAM, DEFAULT_SCHEDULE) == found
