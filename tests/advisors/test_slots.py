from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisors.rota import Hours
from advisors.slots import Calendar, Question, Span, Taken, free_slots

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 23)


def hours(weekday=0, starts=time(9), ends=time(12), channels=("phone",), location_id=None):
    return Hours(weekday, starts, ends, frozenset(channels), location_id)


def make_calendar(**fields):
    values = {
        "advisor_id": 1,
        "zone": AMSTERDAM,
        "length": timedelta(minutes=20),
        "buffer": timedelta(minutes=10),
        "hours": (hours(),),
        "languages": frozenset({"nl"}),
    }
    return Calendar(**values | fields)


def at(hour, minute=0, day=MONDAY):
    return datetime.combine(day, time(hour, minute), tzinfo=AMSTERDAM).astimezone(UTC)


def make_question(**fields):
    return Question(**{"earliest": at(0), "latest": at(23, 59)} | fields)


def starts(calendar, question=None):
    slots = free_slots(calendar, question or make_question())
    return [slot.starts_at.astimezone(AMSTERDAM).strftime("%H:%M") for slot in slots]


WHOLE_MORNING = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, WHOLE_MORNING),
        ({"buffer": timedelta()}, ["09:00", "09:20", "09:40", "10:00", "10:20", "10:40", "11:00", "11:20", "11:40"]),
        ({"length": timedelta(minutes=50)}, ["09:00", "10:00", "11:00"]),
        ({"length": timedelta(hours=3)}, ["09:00"]),
        ({"length": timedelta(hours=3, minutes=1)}, []),
        ({"hours": ()}, []),
        ({"hours": (hours(weekday=1),)}, []),
        ({"hours": (hours(), hours())}, WHOLE_MORNING),
        ({"taken": (Taken(at(9, 30), at(10)),)}, ["09:00", "10:00", "10:30", "11:00", "11:30"]),
        ({"taken": (Taken(at(9, 25), at(9, 35)),)}, ["10:00", "10:30", "11:00", "11:30"]),
        ({"absences": (Span(at(10), at(11)),)}, ["09:00", "09:30", "11:00", "11:30"]),
        ({"absences": (Span(at(9, 20), at(9, 30)),)}, WHOLE_MORNING),
        ({"absences": (Span(at(9, 19), at(9, 30)),)}, WHOLE_MORNING[1:]),
        ({"absences": (Span(at(0, day=date(2020, 1, 1)), at(0, day=date(2030, 1, 1))),)}, []),
        ({"max_per_day": 1, "taken": (Taken(at(8), at(8, 30)),)}, []),
        ({"max_per_day": 2, "taken": (Taken(at(8), at(8, 30)),)}, WHOLE_MORNING),
    ],
)
def test_free_slots_follow_the_rules(change, expected):
    assert starts(make_calendar(**change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"earliest": at(10)}, ["10:00", "10:30", "11:00", "11:30"]),
        ({"earliest": at(10, 1)}, ["10:30", "11:00", "11:30"]),
        ({"latest": at(10)}, ["09:00", "09:30", "10:00"]),
        ({"channel": "phone"}, WHOLE_MORNING),
        ({"channel": "video"}, []),
        ({"language": "nl"}, WHOLE_MORNING),
        ({"language": "en"}, []),
        ({"closed_days": frozenset({MONDAY})}, []),
    ],
)
def test_free_slots_answer_the_question(change, expected):
    assert starts(make_calendar(), make_question(**change)) == expected


@pytest.mark.parametrize(
    ("sunday", "opens", "closes", "count"),
    [
        (date(2026, 10, 25), time(1), time(4), 8),  # the clock goes back: four hours
        (date(2027, 3, 28), time(1), time(4), 4),  # the clock goes forward: two hours
        (date(2027, 10, 31), time(1), time(4), 8),
        (date(2026, 10, 18), time(1), time(4), 6),
    ],
)
def test_free_slots_across_a_clock_change_neither_overlap_nor_leave_a_gap(sunday, opens, closes, count):
    calendar = make_calendar(hours=(hours(weekday=6, starts=opens, ends=closes),))
    question = make_question(earliest=at(0, day=sunday), latest=at(23, day=sunday))

    slots = free_slots(calendar, question)

    assert len(slots) == count
    assert {later.starts_at - earlier.busy_until for earlier, later in pairwise(slots)} == {timedelta()}


@pytest.mark.parametrize("day", [date(2026, 10, 23), date(2026, 10, 26), date(2027, 3, 26), date(2027, 3, 29)])
def test_a_talk_of_nine_stays_at_nine_around_the_clock_changes(day):
    calendar = make_calendar(hours=(hours(weekday=day.weekday()),))

    slots = free_slots(calendar, make_question(earliest=at(0, day=day), latest=at(23, day=day)))

    assert slots[0].starts_at.astimezone(AMSTERDAM).time() == time(9)


spans = st.tuples(st.integers(0, 7 * 24 * 60), st.integers(1, 600)).map(
    lambda pair: Taken(at(0) + timedelta(minutes=pair[0]), at(0) + timedelta(minutes=sum(pair)))
)


@given(taken=st.lists(spans, max_size=12), absences=st.lists(spans, max_size=4), length=st.integers(5, 90))
def test_free_slots_never_touch_what_is_taken(taken, absences, length):
    every_day = tuple(hours(weekday=weekday, starts=time(7), ends=time(20)) for weekday in range(7))
    calendar = make_calendar(
        hours=every_day,
        length=timedelta(minutes=length),
        taken=tuple(taken),
        absences=tuple(Span(one.start, one.end) for one in absences),
    )

    slots = free_slots(calendar, make_question(latest=at(0) + timedelta(days=7)))

    assert not [
        slot
        for slot in slots
        if any(slot.starts_at < span.end and span.start < slot.busy_until for span in taken)
        or any(slot.starts_at < span.end and span.start < slot.ends_at for span in absences)
    ]


@given(taken=st.lists(spans, max_size=6))
def test_every_moment_on_the_grid_that_is_not_taken_is_free(taken):
    calendar = make_calendar(taken=tuple(taken))
    grid = [at(9) + timedelta(minutes=30 * number) for number in range(6)]
    half_hour = timedelta(minutes=30)

    expected = [
        start for start in grid if not any(start < span.end and span.start < start + half_hour for span in taken)
    ]

    assert [slot.starts_at for slot in free_slots(calendar, make_question())] == expected
