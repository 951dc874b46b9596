"""Choice of alternative slots for a cancelled booking."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slot_rules import SlotRules
from advisors.availability.slots import Slot, Span
from bookings.appointments.alternatives import CancelledSlot, choose_alternatives

TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CANCELLED = CancelledSlot(starts_at=TUESDAY_TEN, advisor_id=1, channel="phone", zone=ZoneInfo("Europe/Amsterdam"))
BY_PHONE = SlotRules(1200, 0, 600, 1800, frozenset({"phone", "video"}), frozenset({"nl"}), None)
BY_VIDEO = SlotRules(1200, 0, 600, 1800, frozenset({"video"}), frozenset({"nl"}), None)


def slot(days=0, hours=0, *, advisor=1, rules=BY_PHONE):
    """Slot that starts so long after the cancelled one."""
    return Slot(int((TUESDAY_TEN + timedelta(days=days, hours=hours)).timestamp()), advisor, rules)


def test_three_days_are_better_than_one():
    slots = [slot(days, hours) for days in (1, 2, 3, 6) for hours in (0, 1, 2)]

    assert choose_alternatives(slots, CANCELLED) == [slot(1), slot(2), slot(3)]


def test_on_one_day_there_are_still_three():
    assert choose_alternatives([slot(1, hours) for hours in (-1, 0, 1, 2)], CANCELLED) == [
        slot(1, -1),
        slot(1),
        slot(1, 1),
    ]


def test_slots_chosen_before_count_for_the_three_and_the_days():
    slots = [slot(days, hours) for days in (1, 2, 3, 6) for hours in (0, 1)]

    assert choose_alternatives(slots, CANCELLED, chosen=[slot(2, 3)]) == [slot(1), slot(3)]
    assert choose_alternatives(slots, CANCELLED, chosen=[slot(1), slot(2), slot(3)]) == []


def test_the_same_advisor_comes_before_the_same_channel():
    slots = [slot(1, advisor=2), slot(1, 1, rules=BY_VIDEO)]

    assert choose_alternatives([*slots, slot(2), slot(3)], CANCELLED)[0] == slots[1]


def test_the_same_channel_comes_before_an_earlier_day():
    slots = [slot(1, rules=BY_VIDEO), slot(2), slot(3), slot(6)]

    assert choose_alternatives(slots, CANCELLED) == slots[1:]


def test_the_cancelled_start_is_not_offered_with_a_colleague():
    assert choose_alternatives([slot(advisor=2)], CANCELLED) == []


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

    offered = choose_alternatives([slot(1), slot(2), colleague], replace(CANCELLED, away=away))

    assert [one for one in offered if one.advisor_id == 1] == [slot(days) for days in kept]


def test_overlapping_slots_are_not_offered_together():
    close = [slot(1), Slot(slot(1).start + 600, 1, BY_PHONE)]

    assert choose_alternatives(close, CANCELLED) == close[:1]


def test_one_start_is_offered_once():
    assert choose_alternatives([slot(1), slot(1, advisor=2)], CANCELLED) == [slot(1)]
