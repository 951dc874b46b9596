from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisors.availability.opening_hours import Hours
from advisors.availability.slots import BusyPeriod, Calendar, SlotQuery, Span, free_slots

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


def make_query(**fields):
    return SlotQuery(**{"earliest": at(0), "latest": at(23, 59)} | fields)


def starts(calendar, query=None):
    slots = free_slots(calendar, query or make_query())
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
        ({"busy": (BusyPeriod(at(9, 30), at(10)),)}, ["09:00", "10:00", "10:30", "11:00", "11:30"]),
        ({"busy": (BusyPeriod(at(9, 25), at(9, 35)),)}, ["10:00", "10:30", "11:00", "11:30"]),
        ({"absences": (Span(at(10), at(11)),)}, ["09:00", "09:30", "11:00", "11:30"]),
        ({"absences": (Span(at(9, 20), at(9, 30)),)}, WHOLE_MORNING),
        ({"absences": (Span(at(9, 19), at(9, 30)),)}, WHOLE_MORNING[1:]),
        ({"absences": (Span(at(0, day=date(2020, 1, 1)), at(0, day=date(2030, 1, 1))),)}, []),
        ({"max_per_day": 1, "busy": (BusyPeriod(at(8), at(8, 30)),)}, []),
        ({"max_per_day": 2, "busy": (BusyPeriod(at(8), at(8, 30)),)}, WHOLE_MORNING),
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
def test_free_slots_respect_the_query(change, expected):
    assert starts(make_calendar(), make_query(**change)) == expected


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
    query = make_query(earliest=at(0, day=sunday), latest=at(23, day=sunday))

    slots = free_slots(calendar, query)

    assert len(slots) == count
    assert {later.starts_at - earlier.busy_until for earlier, later in pairwise(slots)} == {timedelta()}


CHANGES = [date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]


@pytest.mark.parametrize("days", [-2, 0, 1])
@pytest.mark.parametrize("sunday", CHANGES)
def test_a_slot_at_nine_stays_at_nine_around_clock_changes(sunday, days):
    day = sunday + timedelta(days=days)
    calendar = make_calendar(hours=(hours(weekday=day.weekday()),))

    slots = free_slots(calendar, make_query(earliest=at(0, day=day), latest=at(23, day=day)))

    assert slots[0].starts_at.astimezone(AMSTERDAM).time() == time(9)


TUESDAY = MONDAY + timedelta(days=1)
LATE = hours(starts=time(22), ends=time(23, 59))
EARLY = hours(weekday=1, starts=time(0), ends=time(0, 50))
BOTH_DAYS = make_query(latest=at(23, 59, day=TUESDAY))


def late_and_early(**fields):
    calendar = make_calendar(hours=(LATE, EARLY), **fields)
    return [f"{slot.starts_at.astimezone(AMSTERDAM):%a %H:%M}" for slot in free_slots(calendar, BOTH_DAYS)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (20, ["22:00", "22:30", "23:00", "23:30"]),
        (29, ["22:00", "22:39", "23:18"]),
        (49, ["22:00", "22:59"]),  # until 23:48
        (59, ["22:00"]),
        (60, ["22:00"]),
        (119, ["22:00"]),  # until 23:59 itself
        (120, []),  # until midnight
    ],
)
def test_no_talk_crosses_midnight(minutes, expected):
    calendar = make_calendar(hours=(LATE,), length=timedelta(minutes=minutes))

    slots = free_slots(calendar, BOTH_DAYS)

    assert [f"{slot.starts_at.astimezone(AMSTERDAM):%H:%M}" for slot in slots] == expected
    assert {slot.ends_at.astimezone(AMSTERDAM).date() for slot in slots} <= {MONDAY}


@pytest.mark.parametrize(
    ("buffer", "begins", "is_free"),
    [(10, at(0, day=TUESDAY), True), (30, at(0, 20, day=TUESDAY), True), (30, at(0, 19, day=TUESDAY), False)],
)
def test_a_buffer_may_extend_into_the_next_day(buffer, begins, is_free):
    late = hours(starts=time(23, 30), ends=time(23, 59))
    busy = BusyPeriod(begins, begins + timedelta(minutes=20))
    calendar = make_calendar(hours=(late,), buffer=timedelta(minutes=buffer), busy=(busy,))

    slots = free_slots(calendar, BOTH_DAYS)

    assert [slot.starts_at for slot in slots] == [at(23, 30)] * is_free


@pytest.mark.parametrize(
    ("buffer_ends", "expected"),
    [(at(0, day=TUESDAY), ["Tue 00:00", "Tue 00:30"]), (at(0, 1, day=TUESDAY), ["Tue 00:30"])],
)
def test_a_buffer_past_midnight_removes_the_first_slot_of_the_day(buffer_ends, expected):
    busy = BusyPeriod(at(22), buffer_ends, talk=Span(at(22), at(23, 30)))

    assert late_and_early(busy=(busy,)) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (at(23, 30), ["Tue 00:00", "Tue 00:30"]),
        (at(0, 5, day=TUESDAY), ["Mon 22:00", "Mon 22:30", "Mon 23:00"]),  # Monday still for UTC
    ],
)
def test_a_talk_near_midnight_counts_for_the_local_day_of_its_start(start, expected):
    """The ten minutes before and after it are busy too, and may lie on the other day."""
    talk = Span(start, start + timedelta(minutes=20))
    busy = BusyPeriod(talk.start - timedelta(minutes=10), talk.end + timedelta(minutes=10), talk=talk)

    assert late_and_early(max_per_day=1, busy=(busy,)) == expected


spans = st.tuples(st.integers(0, 7 * 24 * 60), st.integers(1, 600)).map(
    lambda pair: BusyPeriod(at(0) + timedelta(minutes=pair[0]), at(0) + timedelta(minutes=sum(pair)))
)


@given(busy=st.lists(spans, max_size=12), absences=st.lists(spans, max_size=4), length=st.integers(5, 90))
def test_free_slots_never_overlap_busy_time(busy, absences, length):
    every_day = tuple(hours(weekday=weekday, starts=time(7), ends=time(20)) for weekday in range(7))
    calendar = make_calendar(
        hours=every_day,
        length=timedelta(minutes=length),
        busy=tuple(busy),
        absences=tuple(Span(one.start, one.end) for one in absences),
    )

    slots = free_slots(calendar, make_query(latest=at(0) + timedelta(days=7)))

    assert not [
        slot
        for slot in slots
        if any(slot.starts_at < span.end and span.start < slot.busy_until for span in busy)
        or any(slot.starts_at < span.end and span.start < slot.ends_at for span in absences)
    ]


@given(busy=st.lists(spans, max_size=6))
def test_every_start_that_is_not_busy_is_free(busy):
    calendar = make_calendar(busy=tuple(busy))
    grid = [at(9) + timedelta(minutes=30 * number) for number in range(6)]
    half_hour = timedelta(minutes=30)

    expected = [
        start for start in grid if not any(start < span.end and span.start < start + half_hour for span in busy)
    ]

    assert [slot.starts_at for slot in free_slots(calendar, make_query())] == expected
