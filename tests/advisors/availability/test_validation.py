"""Recurring and dated opening hours: storage, and every refusal."""

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
from advisors.availability.validation import MAX_OPENINGS, to_hours
from advisors.hours.services import change_hours, open_hours
from advisors.models import Opening
from core.actors import Actor
from tests.factories import NOW, make_advisor, make_opening

pytestmark = pytest.mark.django_db
ADVISOR = Actor(key="user:1", origin="web")
FIRST_WEDNESDAY = "FREQ=MONTHLY;BYDAY=1WE"
WEDNESDAY = date(2026, 12, 2)


def hours(starts=16, ends=18, **fields):
    values = {"weekday": None, "valid_from": date(2026, 11, 23)}
    return Hours(starts=time(starts), ends=time(ends), channels=frozenset({"phone"}), **values | fields)


def open_for(new_hours, advisor=None):
    return open_hours(advisor=advisor or make_advisor(hours=False), hours=new_hours, actor=ADVISOR, now=NOW)


def test_all_settings_of_a_recurring_opening_are_stored():
    new_hours = hours(
        rule=FIRST_WEDNESDAY,
        valid_until=date(2027, 6, 30),
        languages=frozenset({"nl"}),
        length=timedelta(minutes=15),
        before=timedelta(minutes=5),
        buffer=timedelta(),
        step=timedelta(minutes=30),
    )

    opening = open_for(new_hours)

    assert to_hours(Opening.objects.get(pk=opening.pk)) == new_hours


def test_a_rule_is_stored_in_upper_case_and_starts_today_by_default():
    opening = open_for(hours(rule="rrule:freq=monthly;byday=1we", valid_from=None))

    assert (opening.rule, opening.valid_from) == (FIRST_WEDNESDAY, date(2026, 11, 23))


def test_extra_and_changed_hours_are_stored_on_their_date():
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(12))

    open_for(hours(13, 15, day=WEDNESDAY, valid_from=None), advisor)
    open_for(hours(9, 10, day=WEDNESDAY, replaces=True, valid_from=None), advisor)

    kept = Opening.objects.filter(day=WEDNESDAY).order_by("starts").values_list("starts", "replaces")
    assert list(kept) == [(time(9), True), (time(13), False)]


@pytest.mark.parametrize(
    ("new_hours", "refusal"),
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
def test_invalid_hours_are_refused(new_hours, refusal):
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(12))

    with pytest.raises(refusal):
        open_for(new_hours, advisor)

    assert Opening.objects.count() == 1


@pytest.mark.parametrize("make", [open_hours, change_hours])
def test_a_rule_without_a_date_is_refused_before_the_agenda_is_locked(make):
    advisor = make_advisor(hours=False)
    about = {"opening": make_opening(advisor=advisor)} if make is change_hours else {"advisor": advisor}

    with CaptureQueriesContext(connection) as captured, pytest.raises(RuleNotSupported):
        make(**about, hours=hours(rule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), actor=ADVISOR, now=NOW)

    assert [query["sql"] for query in captured if "advisors_" in query["sql"]] == []


@pytest.mark.parametrize(
    ("new_hours", "words"),
    [
        (hours(9, 10, rule=FIRST_WEDNESDAY), "On Wednesday 2 December these hours overlap with other hours: 09:00 unt"),
        (hours(rule="FREQ=HOURLY"), "We cannot follow this part of the rule: FREQ=HOURLY."),
    ],
)
def test_a_refusal_names_the_overlapping_hours_or_the_unsupported_part(settings, new_hours, words):
    settings.LANGUAGE_CODE = "en"
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(12))

    with pytest.raises((OpeningOverlaps, RuleNotSupported)) as refused:
        open_for(new_hours, advisor)

    assert str(refused.value).startswith(words)


def test_an_advisor_has_at_most_a_hundred_openings_and_can_change_them():
    advisor = make_advisor(hours=False)
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(MAX_OPENINGS)]
    openings = [make_opening(advisor=advisor, weekday=None, day=day, channels=["phone"]) for day in days]

    with pytest.raises(TooManyOpenings):
        open_for(hours(rule=FIRST_WEDNESDAY), advisor)
    shorter = replace(to_hours(openings[0]), ends=time(10))
    change_hours(opening=openings[0], hours=shorter, actor=ADVISOR, now=NOW)

    assert openings[0].ends == time(10)
