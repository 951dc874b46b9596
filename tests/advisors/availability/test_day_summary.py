from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.day_summary import DaySummary, cap_on, days_between, summarise_days
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import BusyPeriod, Calendar, Span

MONDAY = date(2026, 11, 23)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_DAY = tuple(Hours(day, time(9), time(12), frozenset(["phone"])) for day in range(7))
CALENDAR = Calendar(
    advisor_id=1,
    zone=ZoneInfo("Europe/Amsterdam"),
    length=timedelta(minutes=20),
    buffer=timedelta(minutes=10),
    hours=EVERY_DAY,
    languages=frozenset(["nl"]),
)


def at(hour, minute=0, day=MONDAY):
    """Local time in Amsterdam in winter, in UTC."""
    return datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)


def talk(starts_at, kind="booking"):
    ends_at = starts_at + timedelta(minutes=20)
    return BusyPeriod(starts_at, ends_at + timedelta(minutes=10), kind, Span(starts_at, ends_at))


def count(calendar, day=MONDAY, *, now=LONG_AGO, closed=(), notice=timedelta()):
    (found,) = summarise_days(calendar, [day], closed_days=frozenset(closed), notice=notice, now=now)
    return found


def test_a_day_counts_talks_holds_and_free_slots():
    busy = (talk(at(9)), talk(at(10), "hold"), BusyPeriod(at(11), at(12), "external"))

    assert count(replace(CALENDAR, busy=busy)) == DaySummary(
        date=MONDAY,
        talks=1,
        on_hold=1,
        free=2,
        has_free_time=True,
        has_hours=True,
        is_closed=False,
        is_away=False,
        is_partly_away=False,
        cap=None,
        is_past=False,
    )


def test_slots_within_the_notice_period_are_not_free_but_the_day_is_not_full():
    found = count(CALENDAR, now=at(8), notice=timedelta(hours=3))
    too_soon = count(CALENDAR, now=at(8), notice=timedelta(hours=24))

    assert (found.free, found.is_full) == (2, False)
    assert (too_soon.free, too_soon.is_full) == (0, False)


@pytest.mark.parametrize(
    ("now", "free", "is_past", "is_full"),
    [
        (at(8), 6, False, False),
        (at(10), 4, False, False),
        (at(10, 1), 3, False, False),
        (at(11, 45), 0, False, True),
        (at(12), 0, True, False),
        (at(9) + timedelta(days=1), 0, True, False),
    ],
)
def test_past_hours_are_not_free(now, free, is_past, is_full):
    found = count(CALENDAR, now=now)

    assert (found.free, found.is_past, found.is_full) == (free, is_past, is_full)


@pytest.mark.parametrize(
    ("absence", "is_away", "is_partly_away", "free"),
    [
        (Span(at(9), at(12)), True, True, 0),
        (Span(at(9) - timedelta(days=3), at(9) + timedelta(days=3)), True, True, 0),
        (Span(at(9), at(10)), False, True, 4),
        (Span(at(13), at(14)), False, False, 6),
    ],
)
def test_a_day_is_away_when_all_its_hours_are_absent(absence, is_away, is_partly_away, free):
    found = count(replace(CALENDAR, absences=(absence,)))

    assert (found.is_away, found.is_partly_away, found.free, found.is_full) == (is_away, is_partly_away, free, False)


def test_a_closed_day_has_nothing_free_and_is_not_full():
    found = count(CALENDAR, closed=[MONDAY])

    assert (found.is_closed, found.free, found.is_full) == (True, 0, False)


def test_a_day_without_hours_is_neither_free_nor_full():
    found = count(replace(CALENDAR, hours=()))

    assert (found.has_hours, found.free, found.is_full, found.is_away) == (False, 0, False, False)


@pytest.mark.parametrize(
    ("caps", "cap"), [({"max_per_day": 1}, 1), ({"max_per_week": 1}, 1), ({"max_per_day": 2}, None)]
)
def test_a_reached_maximum_leaves_no_free_slots(caps, cap):
    calendar = replace(CALENDAR, busy=(talk(at(9)),), **caps)

    assert (cap_on(calendar, MONDAY), count(calendar).free) == (cap, 0 if cap else 5)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 10, 24), date(2026, 10, 26)),  # the night of 25 October has an hour more
        (date(2027, 3, 27), date(2027, 3, 29)),  # the night of 28 March has an hour less
        (date(2027, 10, 30), date(2027, 11, 1)),
        (date(2026, 12, 30), date(2027, 1, 2)),
    ],
)
def test_every_day_has_its_slots_around_clock_changes(first, last):
    days = days_between(first, last)

    found = summarise_days(CALENDAR, days, closed_days=frozenset(), notice=timedelta(), now=LONG_AGO)

    assert [(one.date, one.free) for one in found] == [(day, 6) for day in days]
