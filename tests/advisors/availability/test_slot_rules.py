"""Slot rules, recurrence and caps; listing and explaining agree."""

import sys
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisors.availability.opening_hours import Hours
from advisors.availability.recurrence import (
    RuleNotUnderstood,
    checked_rule,
    next_occurrences,
    occurrences_between,
    occurrences_in_year,
)
from advisors.availability.slots import BusyPeriod, Calendar, Rule, SlotQuery, Span, Why, free_slots, why_not

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY, WEDNESDAY = date(2026, 11, 30), date(2026, 12, 2)  # the first Wednesday of December
FIRST_WEDNESDAY = "FREQ=MONTHLY;BYDAY=1WE"


def minutes(number):
    return timedelta(minutes=number)


def at(hour, minute=0, day=MONDAY):
    return datetime.combine(day, time(hour, minute), tzinfo=AMSTERDAM).astimezone(UTC)


def hours(weekday=0, starts=time(9), ends=time(11), channels=("phone",), **fields):
    return Hours(weekday=weekday, starts=starts, ends=ends, channels=frozenset(channels), **fields)


def calendar(*all_hours, **fields):
    values = {"length": minutes(20), "buffer": minutes(10), "languages": frozenset({"nl", "en"})}
    return Calendar(advisor_id=1, hours=all_hours, **values | {"zone": AMSTERDAM} | fields)


def query(first=MONDAY, last=MONDAY, **fields):
    return SlotQuery(earliest=at(0, day=first), latest=at(23, 59, day=last), **fields)


def starts(calendar, asked=None):
    return [f"{slot.starts_at.astimezone(AMSTERDAM):%d %H:%M}" for slot in free_slots(calendar, asked or query())]


CONSULTING_HOUR = hours(
    weekday=None,
    rule=FIRST_WEDNESDAY,
    valid_from=date(2026, 1, 1),
    starts=time(16),
    ends=time(17, 30),
    length=minutes(15),
    buffer=minutes(0),
)


def test_a_consulting_hour_on_the_first_wednesday_has_its_own_length_and_no_buffer():
    found = starts(calendar(CONSULTING_HOUR), query(date(2026, 11, 1), date(2026, 12, 31)))

    times = ["16:00", "16:15", "16:30", "16:45", "17:00", "17:15"]
    assert found == [f"04 {time}" for time in times] + [f"02 {time}" for time in times]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["09:00", "09:30", "10:00", "10:30"]),
        ({"step": minutes(10)}, [f"{9 + n // 6:02}:{n % 6}0" for n in range(11)]),
        ({"step": minutes(60)}, ["09:00", "10:00"]),
        ({"before": minutes(10)}, ["09:00", "09:40", "10:20"]),
        ({"length": minutes(50)}, ["09:00", "10:00"]),
        ({"valid_from": date(2026, 12, 1)}, []),
        ({"valid_from": MONDAY, "valid_until": MONDAY}, ["09:00", "09:30", "10:00", "10:30"]),
        ({"valid_until": date(2026, 11, 29)}, []),
        ({"languages": frozenset({"en"})}, ["09:00", "09:30", "10:00", "10:30"]),
        ({"languages": frozenset({"fr"})}, []),
    ],
)
def test_a_block_has_its_own_slot_rules(fields, expected):
    assert starts(calendar(hours(**fields))) == [f"30 {time}" for time in expected]


def test_extra_hours_are_added_to_weekly_hours():
    extra = hours(weekday=None, day=MONDAY, starts=time(14), ends=time(14, 30))

    assert starts(calendar(hours(ends=time(9, 30)), extra)) == ["30 09:00", "30 14:00"]


def test_changed_hours_replace_recurring_hours():
    changed = hours(weekday=None, day=MONDAY, replaces=True, starts=time(14), ends=time(14, 30))
    daily = hours(weekday=None, rule="FREQ=DAILY", valid_from=date(2026, 1, 1), ends=time(9, 30))

    assert starts(calendar(hours(), changed, daily)) == ["30 14:00"]


@pytest.mark.parametrize(
    ("cap", "expected"),
    [({"max_per_week": 2}, []), ({"max_per_week": 3}, ["30 09:00"]), ({"max_per_day": 1}, ["30 09:00"])],
)
def test_talks_and_holds_count_for_the_maximum_per_week(cap, expected):
    busy = (
        BusyPeriod(at(9, day=WEDNESDAY), at(10, day=WEDNESDAY)),
        BusyPeriod(at(9, day=date(2026, 12, 6)), at(10, day=date(2026, 12, 6)), "hold"),
    )

    assert starts(calendar(hours(ends=time(9, 30)), busy=busy, **cap)) == expected


def test_external_busy_time_does_not_count_for_the_maximum():
    busy = (BusyPeriod(at(14), at(15), "external"),)

    assert starts(calendar(hours(ends=time(9, 30)), busy=busy, max_per_day=1)) == ["30 09:00"]


ELSEWHERE = BusyPeriod(at(9), at(9, 5), "external", None, 7)
TALK = BusyPeriod(at(9, 25), at(10), "booking", Span(at(9, 30), at(9, 50)))


@pytest.mark.parametrize(
    ("moment", "change", "expected"),
    [
        (at(9), {}, None),
        (at(8, 30), {}, Why(Rule.OUTSIDE_HOURS)),
        (at(10, 45), {}, Why(Rule.OUTSIDE_HOURS)),
        (at(9, 10), {}, Why(Rule.OFF_GRID, Span(at(9), at(11)))),
        (at(9) + timedelta(microseconds=1), {}, Why(Rule.OFF_GRID)),
        (at(9, 30), {"busy": (TALK,)}, Why(Rule.TALK, TALK.talk)),
        (at(9), {"busy": (TALK,)}, Why(Rule.BUFFER, TALK.talk)),
        (at(9), {"busy": (TALK._replace(kind="hold"),)}, Why(Rule.BUFFER, TALK.talk)),
        (at(9, 30), {"busy": (TALK._replace(kind="hold"),)}, Why(Rule.HELD, TALK.talk)),
        (at(9), {"busy": (ELSEWHERE,)}, Why(Rule.BUSY_ELSEWHERE, Span(at(9), at(9, 5)), None, 7)),
        (at(9), {"absences": (Span(at(0), at(12)),)}, Why(Rule.ABSENT, Span(at(0), at(12)))),
        (at(9), {"busy": (TALK,), "max_per_day": 1}, Why(Rule.FULL_DAY, None, 1)),
        (at(9), {"busy": (TALK,), "max_per_week": 1}, Why(Rule.FULL_WEEK, None, 1)),
    ],
)  # fmt: skip
def test_every_slot_that_is_not_free_names_its_rule(moment, change, expected):
    assert why_not(calendar(hours(), **change), query(), moment) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"channel": "video"}, Why(Rule.CHANNEL)),
        ({"language": "fr"}, Why(Rule.LANGUAGE)),
        ({"closed_days": frozenset({MONDAY})}, Why(Rule.CLOSED_DAY)),
        ({"earliest": at(9, 1)}, Why(Rule.TOO_SOON, Span(at(9, 1), at(9, 1)))),
        ({"latest": at(8)}, Why(Rule.TOO_FAR, Span(at(8), at(8)))),
    ],
)
def test_rules_of_the_query_are_named(change, expected):
    asked = SlotQuery(**{"earliest": at(0), "latest": at(23)} | change)

    assert why_not(calendar(hours()), asked, at(9)) == expected


SINCE, UNTIL = date(2026, 10, 19), date(2026, 11, 9)  # around the clock changes of 25 October and 1 November
ZONES = [ZoneInfo(name) for name in ("Europe/Amsterdam", "America/New_York", "Asia/Tokyo")]  # Tokyo has none
some_days = st.dates(SINCE - timedelta(days=9), UNTIL + timedelta(days=9))
some_minutes = st.sampled_from([None, *(minutes(number) for number in (0, 5, 10, 15, 20, 45))])
lengths = st.sampled_from([None, *(minutes(number) for number in (5, 15, 20, 45, 90))])
channels = st.sets(st.sampled_from(["phone", "video"])).map(frozenset)
languages = st.sampled_from([None, frozenset({"nl"}), frozenset({"en"}), frozenset({"fr"})])


weekdays = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True)
nth_weekdays = weekdays.flatmap(
    lambda days: st.lists(st.sampled_from([-1, 1, 2, 3, 4]), min_size=len(days), max_size=len(days)).map(
        lambda numbers: [f"{number}{day}" for number, day in zip(numbers, days, strict=True)]
    )
)
month_days = st.lists(st.sampled_from([*range(-28, 0), *range(1, 29)]), min_size=1, max_size=4, unique=True)
RULES = {  # per frequency the parts that select days; without a part, those of the first day
    "DAILY": [{}, {"BYMONTH": st.just([10, 11])}, {"BYDAY": weekdays}, {"BYMONTHDAY": month_days}],
    "WEEKLY": [{}, {"BYDAY": weekdays}, {"BYDAY": weekdays, "WKST": st.sampled_from([["MO"], ["SU"]])}],
    "MONTHLY": [
        {"BYDAY": nth_weekdays},
        {"BYMONTHDAY": month_days},
        {"BYDAY": weekdays, "BYSETPOS": st.sampled_from([[1], [2], [-1], [1, -1]])},
    ],
    "YEARLY": [
        {"BYMONTH": st.just([10, 11]), "BYDAY": nth_weekdays},
        {"BYMONTH": st.just([11]), "BYMONTHDAY": month_days},
    ],
}


@st.composite
def some_rules(draw):
    frequency = draw(st.sampled_from(sorted(RULES)))
    parts = {name: draw(values) for name, values in draw(st.sampled_from(RULES[frequency])).items()}
    may_skip = not parts or frequency == "WEEKLY"
    interval = {"INTERVAL": [draw(st.integers(1, 3))]} if may_skip else {}
    end = draw(st.sampled_from([{}, {"COUNT": [draw(st.integers(1, 9))]}, {"UNTIL": [f"{draw(some_days):%Y%m%d}"]}]))
    rule_parts = {"FREQ": [frequency]} | interval | parts | end
    return ";".join(f"{name}={','.join(map(str, values))}" for name, values in rule_parts.items())


@st.composite
def some_hours(draw):
    first, last = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True)))
    when = draw(
        st.one_of(
            st.fixed_dictionaries({"weekday": st.integers(0, 6)}),
            st.fixed_dictionaries({"weekday": st.none(), "day": some_days, "replaces": st.booleans()}),
            st.fixed_dictionaries(
                {
                    "weekday": st.none(),
                    "rule": some_rules(),
                    "valid_from": some_days,
                }
            ),
        )
    )
    return Hours(
        starts=time(*divmod(first, 60)),
        ends=time(*divmod(last, 60)),
        channels=draw(channels),
        languages=draw(languages),
        length=draw(lengths),
        before=draw(some_minutes),
        buffer=draw(some_minutes),
        step=draw(lengths),
        **{"valid_until": draw(st.none() | some_days)} | when,
    )


@st.composite
def spans(draw):
    start = at(0, day=SINCE) + minutes(draw(st.integers(0, 21 * 24 * 60)))
    return Span(start, start + minutes(draw(st.integers(1, 3000))))


busy_periods = st.builds(
    lambda span, kind: BusyPeriod(span.start, span.end, kind), spans(), st.sampled_from(["booking", "hold", "external"])
)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    all_hours=st.lists(some_hours(), max_size=5),
    absences=st.lists(spans(), max_size=3),
    busy=st.lists(busy_periods, max_size=6),
    caps=st.tuples(st.none() | st.integers(1, 3), st.none() | st.integers(1, 5)),
    asked=st.tuples(
        spans(), st.sampled_from([None, "phone"]), st.sampled_from([None, "nl"]), st.sets(some_days, max_size=3)
    ),
    odd=st.lists(st.integers(0, 21 * 24 * 3600), max_size=20),
)
def test_a_start_is_listed_exactly_when_no_rule_removes_it(zone, all_hours, absences, busy, caps, asked, odd):
    most = {"max_per_day": caps[0], "max_per_week": caps[1]}
    one = calendar(*all_hours, zone=zone, absences=tuple(absences), busy=tuple(busy), **most)
    span, channel, language, closed = asked
    whole = SlotQuery(span.start, span.end, channel, language, frozenset(closed))

    listed = {slot.starts_at for slot in free_slots(one, whole)}

    asked_about = {at(0, day=SINCE) + timedelta(seconds=second) for second in odd}
    asked_about |= {at(0, day=SINCE) + minutes(number) for number in range(0, 21 * 24 * 60, 97)} | listed
    asked_about |= {slot.starts_at for slot in free_slots(calendar(*all_hours, zone=zone), whole)}
    for moment in asked_about:
        is_bookable = whole.earliest <= moment <= whole.latest and moment in {
            slot.starts_at for slot in free_slots(one, SlotQuery(moment, moment, channel, language, whole.closed_days))
        }
        assert (moment in listed) == (why_not(one, whole, moment) is None) == is_bookable


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("", ""),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY"),
        ("INTERVAL=2", "FREQ="),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;BYWEEKNO=9", "BYWEEKNO"),
        ("FREQ=DAILY;DTSTART=20260101", "DTSTART"),
        ("FREQ=DAILY;NONSENSE", "NONSENSE"),
        ("FREQ=MONTHLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=XX"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        ("FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=DAILY;INTERVAL=7;BYDAY=TU"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261129", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261129"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261232", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261232"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),  # not within a year
        ("FREQ=DAILY;BYSETPOS=2", "BYSETPOS=2"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS=1"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH=13"),
        ("FREQ=DAILY;BYMONTH=-1", "BYMONTH=-1"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,0", "BYMONTHDAY=1,0"),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY=-32"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS=367"),
        ("FREQ=MONTHLY;BYMONTHDAY=X", "BYMONTHDAY=X"),
    ],
)
def test_an_unsupported_rule_is_refused(rule, part):
    with pytest.raises(RuleNotUnderstood) as refused:
        checked_rule(rule, first=MONDAY)

    assert refused.value.part == part


def test_a_rule_without_a_date_is_refused_without_a_long_search():
    steps = count()

    sys.setprofile(lambda *_event: next(steps))
    try:
        with pytest.raises(RuleNotUnderstood):
            checked_rule("FREQ=WEEKLY;BYMONTH=4;BYMONTHDAY=31", first=MONDAY)
    finally:
        sys.setprofile(None)

    assert next(steps) < 300_000  # until the year 9999 it takes ten times as many


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("rrule:freq=weekly;byday=mo", [date(2026, 11, 30), date(2026, 12, 7)]),
        ("FREQ=MONTHLY;BYDAY=-1FR", [date(2026, 12, 25), date(2027, 1, 29)]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", [date(2026, 12, 1), date(2026, 12, 15)]),
        ("FREQ=DAILY;UNTIL=20261201T000000Z", [date(2026, 11, 30), date(2026, 12, 1)]),
        ("FREQ=DAILY;UNTIL=20261130", [date(2026, 11, 30)]),
        ("FREQ=MONTHLY;BYMONTHDAY=-31,-1", [date(2026, 11, 30), date(2026, 12, 1)]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", [date(2026, 11, 30), date(2026, 12, 29)]),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=29", [date(2027, 11, 29)]),
    ],
)
def test_a_rule_gives_its_next_dates(rule, expected):
    kept = checked_rule(rule, first=MONDAY)

    assert next_occurrences(kept, MONDAY, since=MONDAY, count=2) == expected


@pytest.mark.parametrize("since", [date(2026, 12, 1), date(2026, 12, 20)])
def test_a_rule_is_expanded_once_per_year(since):
    first, days = date(2000, 1, since.day), [since + timedelta(days=number) for number in range(31)]
    before = occurrences_in_year.cache_info().misses

    found = [day for day in days if occurrences_between("FREQ=DAILY;INTERVAL=3", first, day, day)]

    years = {day.year for day in days}
    assert occurrences_in_year.cache_info().misses - before == len(years)
    assert found == sorted(occurrences_between("FREQ=DAILY;INTERVAL=3", first, days[0], days[-1]))
    assert found == [day for day in days if (day - first).days % 3 == 0]


def test_a_rule_keeps_its_local_time_when_the_clock_changes():
    daily = hours(weekday=None, rule="FREQ=DAILY", valid_from=date(2026, 10, 1), ends=time(9, 20))

    found = starts(calendar(daily), query(date(2026, 10, 24), date(2026, 10, 26)))

    assert found == ["24 09:00", "25 09:00", "26 09:00"]
