from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.open_minutes import open_minutes
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import BusyPeriod, Calendar, Span

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 12, 20)  # four whole weeks
NEVER_CLOSED = frozenset()
PHONE = frozenset(["phone"])


def at(day, hour):
    """Local time in Amsterdam in winter, in UTC."""
    return datetime(2026, 11, day, hour - 1, tzinfo=UTC)


def hours(weekday, starts, ends, **more):
    return Hours(weekday, time(starts), time(ends), PHONE, **more)


def make_calendar(*blocks, absences=(), busy=()):
    return Calendar(
        advisor_id=1,
        zone=ZoneInfo("Europe/Amsterdam"),
        length=timedelta(minutes=20),
        buffer=timedelta(minutes=10),
        hours=blocks,
        languages=frozenset(["nl"]),
        absences=tuple(absences),
        busy=tuple(busy),
    )


def open_hours(calendar, first=MONDAY, last=SUNDAY, closed=NEVER_CLOSED):
    return open_minutes(calendar, first, last, closed) / 60


def test_weekly_hours_count_in_every_week():
    assert open_hours(make_calendar(hours(0, 9, 12), hours(2, 13, 17))) == 4 * (3 + 4)


def test_overlapping_hours_count_once():
    assert open_hours(make_calendar(hours(0, 9, 12), hours(0, 11, 13), hours(0, 13, 14))) == 4 * 5


@pytest.mark.parametrize(
    ("absences", "left"),
    [
        ([Span(at(23, 10), at(23, 11))], 2),
        ([Span(at(23, 8), at(24, 8))], 0),
        ([Span(at(23, 10), at(23, 11)), Span(at(23, 10), at(23, 12))], 1),  # two that overlap take once
        ([Span(at(24, 8), at(25, 8))], 3),
    ],
)
def test_absences_do_not_count(absences, left):
    assert open_hours(make_calendar(hours(0, 9, 12), absences=absences), last=MONDAY) == left


def test_closed_days_do_not_count():
    assert open_hours(make_calendar(hours(0, 9, 12)), closed=frozenset([date(2026, 11, 30)])) == 9


def test_open_minutes_include_single_dates_changed_hours_and_rules():
    once = hours(None, 18, 20, day=date(2026, 11, 25))
    changed = hours(None, 9, 10, day=date(2026, 11, 30), replaces=True)
    monthly = hours(None, 16, 17, rule="FREQ=MONTHLY;BYDAY=1WE", valid_from=date(2026, 1, 1))

    assert open_hours(make_calendar(hours(0, 9, 12), once, changed, monthly)) == 9 + 2 + 1 + 1


def test_bookings_do_not_reduce_open_minutes():
    empty = make_calendar(hours(0, 9, 12))

    assert open_hours(replace(empty, busy=(BusyPeriod(at(23, 9), at(23, 12)),))) == open_hours(empty)


@pytest.mark.parametrize(("sunday", "open_for"), [(date(2026, 10, 25), 4), (date(2027, 3, 28), 2)])
def test_open_minutes_follow_clock_changes(sunday, open_for):
    assert open_hours(make_calendar(hours(6, 1, 4)), first=sunday, last=sunday) == open_for
