"""Hours that recur or count once: what is kept, and every refusal."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.errors import (
    OpeningInvalid,
    OpeningNeverOpens,
    OpeningOver,
    OpeningOverlaps,
    RuleNotSupported,
    TooManyOpenings,
)
from advisors.availability.opening_hours import Hours
from advisors.availability.validation import MOST_OPENINGS, hours_of
from advisors.models import Opening
from advisors.services import change_hours, open_hours
from core.actors import Actor
from tests.factories import NOW, make_advisor, make_opening

pytestmark = pytest.mark.django_db
ADVISOR = Actor(key="user:1", origin="web")
FIRST_WEDNESDAY = "FREQ=MONTHLY;BYDAY=1WE"
WEDNESDAY = date(2026, 12, 2)


def hours(starts=16, ends=18, **fields):
    values = {"weekday": None, "valid_from": date(2026, 11, 23)}
    return Hours(starts=time(starts), ends=time(ends), channels=frozenset({"phone"}), **values | fields)


def opened(wish, advisor=None):
    return open_hours(advisor=advisor or make_advisor(hours=False), hours=wish, actor=ADVISOR, now=NOW)


def test_a_consulting_hour_keeps_all_that_it_says():
    wish = hours(
        rule=FIRST_WEDNESDAY,
        valid_until=date(2027, 6, 30),
        languages=frozenset({"nl"}),
        length=timedelta(minutes=15),
        before=timedelta(minutes=5),
        buffer=timedelta(),
        step=timedelta(minutes=30),
    )

    opening = opened(wish)

    assert hours_of(Opening.objects.get(pk=opening.pk)) == wish


def test_a_rule_is_kept_in_capitals_and_counts_from_today_when_nothing_is_said():
    opening = opened(hours(rule="rrule:freq=monthly;byday=1we", valid_from=None))

    assert (opening.rule, opening.valid_from) == (FIRST_WEDNESDAY, date(2026, 11, 23))


def test_extra_and_changed_hours_stand_on_their_day():
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(12))

    opened(hours(13, 15, day=WEDNESDAY, valid_from=None), advisor)
    opened(hours(9, 10, day=WEDNESDAY, replaces=True, valid_from=None), advisor)

    kept = Opening.objects.filter(day=WEDNESDAY).order_by("starts").values_list("starts", "replaces")
    assert list(kept) == [(time(9), True), (time(13), False)]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (hours(18, 16, rule=FIRST_WEDNESDAY), OpeningInvalid),
        (hours(rule=FIRST_WEDNESDAY, valid_until=date(2026, 11, 22)), OpeningNeverOpens),
        (hours(day=date(2026, 11, 22), valid_from=None), OpeningOver),
        (hours(9, 10, rule=FIRST_WEDNESDAY), OpeningOverlaps),
        (hours(9, 10, day=WEDNESDAY, valid_from=None), OpeningOverlaps),
        (hours(rule="FREQ=HOURLY"), RuleNotSupported),
        (hours(rule="FREQ=DAILY;BYHOUR=9"), RuleNotSupported),
        (hours(rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), RuleNotSupported),
        (hours(rule="every first Wednesday"), RuleNotSupported),
    ],
)
def test_hours_that_cannot_work_are_refused(wish, refusal):
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(12))

    with pytest.raises(refusal):
        opened(wish, advisor)

    assert Opening.objects.count() == 1


@pytest.mark.parametrize("make", [open_hours, change_hours])
def test_a_rule_without_a_day_is_refused_before_the_agenda_is_locked(make):
    advisor = make_advisor(hours=False)
    about = {"opening": make_opening(advisor=advisor)} if make is change_hours else {"advisor": advisor}

    with CaptureQueriesContext(connection) as captured, pytest.raises(RuleNotSupported):
        make(**about, hours=hours(rule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), actor=ADVISOR, now=NOW)

    assert [query["sql"] for query in captured if "advisors_" in query["sql"]] == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (hours(9, 10, rule=FIRST_WEDNESDAY), "On Wednesday 2 December these hours overlap with other hours: 09:00 unt"),
        (hours(rule="FREQ=HOURLY"), "We cannot follow this part of the rule: FREQ=HOURLY."),
    ],
)
def test_a_refusal_says_what_it_is_about(settings, wish, words):
    settings.LANGUAGE_CODE = "en"
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(12))

    with pytest.raises((OpeningOverlaps, RuleNotSupported)) as refused:
        opened(wish, advisor)

    assert str(refused.value).startswith(words)


def test_a_hundred_blocks_are_the_most_and_can_still_be_changed():
    advisor = make_advisor(hours=False)
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(MOST_OPENINGS)]
    openings = [make_opening(advisor=advisor, weekday=None, day=day, channels=["phone"]) for day in days]

    with pytest.raises(TooManyOpenings):
        opened(hours(rule=FIRST_WEDNESDAY), advisor)
    shorter = replace(hours_of(openings[0]), ends=time(10))
    change_hours(opening=openings[0], hours=shorter, actor=ADVISOR, now=NOW)

    assert openings[0].ends == time(10)
