from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.intervals import (
    absent_intervals_on,
    clip,
    day_interval,
    fits_hours,
    free_intervals_on,
    open_intervals_on,
    subtract,
)
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import BusyPeriod, Calendar, Span

TUESDAY = date(2026, 11, 24)
CHANNELS = frozenset(["phone", "video"])


def at(hour, minute=0, day=TUESDAY):
    """Local time in Amsterdam in winter, in UTC."""
    return datetime(day.year, day.month, day.day, hour - 1, minute, tzinfo=UTC)


def make_calendar(*, hours=((1, time(9), time(12)),), busy=(), absences=()):
    return Calendar(
        advisor_id=1,
        zone=ZoneInfo("Europe/Amsterdam"),
        length=timedelta(minutes=20),
        buffer=timedelta(minutes=10),
        hours=tuple(Hours(weekday, starts, ends, CHANNELS) for weekday, starts, ends in hours),
        languages=frozenset(["nl"]),
        busy=tuple(busy),
        absences=tuple(absences),
    )


@pytest.mark.parametrize(
    ("holes", "left"),
    [
        ([], [(9, 12)]),
        ([(9, 12)], []),
        ([(8, 13)], []),
        ([(10, 11)], [(9, 10), (11, 12)]),
        ([(8, 10)], [(10, 12)]),
        ([(11, 14)], [(9, 11)]),
        ([(11, 12), (9, 10)], [(10, 11)]),
        ([(9, 11), (10, 11)], [(11, 12)]),
        ([(7, 9), (12, 14)], [(9, 12)]),
    ],
)
def test_subtract_leaves_what_no_hole_covers(holes, left):
    found = subtract([Span(at(9), at(12))], [Span(at(start), at(end)) for start, end in holes])

    assert found == [Span(at(start), at(end)) for start, end in left]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 24), 24)]
)
def test_a_day_has_23_or_25_hours_when_the_clock_changes(day, hours):
    whole = day_interval(make_calendar(), day)

    assert whole.end - whole.start == timedelta(hours=hours)


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 10, 27)])
def test_hours_open_at_nine_local_time_after_a_clock_change(day):
    (opened,) = open_intervals_on(make_calendar(), day)

    assert opened.start.astimezone(ZoneInfo("Europe/Amsterdam")).time() == time(9)


def test_free_intervals_are_long_enough_for_a_talk():
    calendar = make_calendar(busy=[BusyPeriod(at(9, 10), at(9, 40)), BusyPeriod(at(10), at(10, 30))])

    assert free_intervals_on(calendar, TUESDAY) == [Span(at(9, 40), at(10)), Span(at(10, 30), at(12))]


def test_an_absence_is_limited_to_the_opening_hours():
    calendar = make_calendar(absences=[Span(at(11), at(18))])

    assert absent_intervals_on(calendar, TUESDAY) == [Span(at(11), at(12))]


def test_clip_cuts_spans_to_the_frame():
    assert clip([Span(at(8), at(10)), Span(at(13), at(14))], Span(at(9), at(12))) == [Span(at(9), at(10))]


@pytest.mark.parametrize(
    ("start", "end", "channel", "absences", "fits"),
    [
        (at(9), at(9, 20), "phone", [], True),
        (at(11, 40), at(12), "video", [], True),
        (at(11, 50), at(12, 10), "phone", [], False),
        (at(8, 50), at(9, 10), "phone", [], False),
        (at(9), at(9, 20), "onsite", [], False),
        (at(9), at(9, 20), "phone", [Span(at(9, 10), at(10))], False),
        (at(9), at(9, 20), "phone", [Span(at(9, 20), at(10))], True),
    ],
)
def test_a_talk_fits_the_hours(start, end, channel, absences, fits):
    found = fits_hours(make_calendar(absences=absences), Span(start, end), channel=channel, language="nl")

    assert found is fits


@pytest.mark.parametrize(
    ("advisor", "block", "fits"),
    [
        ({"nl", "en"}, None, True),
        ({"nl", "en"}, {"en"}, True),
        ({"nl", "en"}, {"nl"}, False),
        ({"nl"}, None, False),
        ({"nl"}, {"en"}, False),
    ],
)
def test_a_talk_fits_hours_in_its_language(advisor, block, fits):
    hours = Hours(1, time(9), time(12), CHANNELS, languages=frozenset(block) if block else None)
    calendar = replace(make_calendar(), hours=(hours,), languages=frozenset(advisor))

    assert fits_hours(calendar, Span(at(9), at(9, 20)), channel="phone", language="en") is fits
