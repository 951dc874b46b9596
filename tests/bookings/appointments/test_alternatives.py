"""Which moments are offered instead of a talk that cannot go on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slot_rules import Terms
from advisors.availability.slots import Slot, Span
from bookings.appointments.alternatives import Lost, moments_instead

TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOST = Lost(starts_at=TUESDAY_TEN, advisor_id=1, channel="phone", zone=ZoneInfo("Europe/Amsterdam"))
BY_PHONE = Terms(1200, 0, 600, 1800, frozenset({"phone", "video"}), frozenset({"nl"}), None)
BY_VIDEO = Terms(1200, 0, 600, 1800, frozenset({"video"}), frozenset({"nl"}), None)


def slot(days=0, hours=0, *, advisor=1, terms=BY_PHONE):
    """So long after the talk that was lost."""
    return Slot(int((TUESDAY_TEN + timedelta(days=days, hours=hours)).timestamp()), advisor, terms)


def test_three_days_are_better_than_one():
    slots = [slot(days, hours) for days in (1, 2, 3, 6) for hours in (0, 1, 2)]

    assert moments_instead(slots, LOST) == [slot(1), slot(2), slot(3)]


def test_on_one_day_there_are_still_three():
    assert moments_instead([slot(1, hours) for hours in (-1, 0, 1, 2)], LOST) == [slot(1, -1), slot(1), slot(1, 1)]


def test_with_what_is_chosen_already_there_are_three_on_different_days():
    slots = [slot(days, hours) for days in (1, 2, 3, 6) for hours in (0, 1)]

    assert moments_instead(slots, LOST, besides=[slot(2, 3)]) == [slot(1), slot(3)]
    assert moments_instead(slots, LOST, besides=[slot(1), slot(2), slot(3)]) == []


def test_the_same_advisor_comes_before_the_same_way_to_talk():
    slots = [slot(1, advisor=2), slot(1, 1, terms=BY_VIDEO)]

    assert moments_instead([*slots, slot(2), slot(3)], LOST)[0] == slots[1]


def test_the_same_way_to_talk_comes_before_an_earlier_day():
    slots = [slot(1, terms=BY_VIDEO), slot(2), slot(3), slot(6)]

    assert moments_instead(slots, LOST) == slots[1:]


def test_the_moment_that_was_lost_is_not_offered_with_somebody_else():
    assert moments_instead([slot(advisor=2)], LOST) == []


@pytest.mark.parametrize(
    ("away", "kept"),
    [
        (Span(TUESDAY_TEN, TUESDAY_TEN + timedelta(days=1)), [1, 2]),
        (Span(TUESDAY_TEN, TUESDAY_TEN + timedelta(days=1, minutes=1)), [2]),
        (Span(TUESDAY_TEN + timedelta(days=1, minutes=19), TUESDAY_TEN + timedelta(days=2)), [2]),
        (Span(TUESDAY_TEN + timedelta(days=1, minutes=20), TUESDAY_TEN + timedelta(days=3)), [1]),
    ],
)
def test_the_advisor_who_is_away_is_not_offered_in_that_time_and_a_colleague_is(away, kept):
    colleague = slot(1, 4, advisor=2)

    offered = moments_instead([slot(1), slot(2), colleague], replace(LOST, away=away))

    assert [one for one in offered if one.advisor_id == 1] == [slot(days) for days in kept]


def test_moments_that_disturb_each_other_are_not_offered_together():
    close = [slot(1), Slot(slot(1).start + 600, 1, BY_PHONE)]

    assert moments_instead(close, LOST) == close[:1]


def test_one_start_is_offered_once():
    assert moments_instead([slot(1), slot(1, advisor=2)], LOST) == [slot(1)]
