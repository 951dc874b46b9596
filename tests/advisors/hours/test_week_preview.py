"""Week on the hours page, and the preview of hours before they are saved."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.opening_hours import Hours
from advisors.availability.validation import to_hours
from advisors.hours.week_preview import HoursPreview, default_monday, preview_for
from advisors.models import Opening
from organisation.models import Policy
from tests.factories import NOW, make_absence, make_advisor, make_booking, make_opening, make_policy

pytestmark = pytest.mark.django_db
NEXT_MONDAY, WEDNESDAY = date(2026, 11, 30), date(2026, 12, 2)


@pytest.fixture
def advisor():
    make_policy()
    return make_advisor(hours=False)


def hours(starts=9, ends=11, **fields):
    return Hours(starts=time(starts), ends=time(ends), channels=frozenset({"phone"}), **{"weekday": None} | fields)


def shown(advisor, new_hours, opening=None, now=NOW):
    opening = opening or Opening(advisor=advisor)
    return preview_for(opening, new_hours, policy=Policy.objects.current(), now=now)


@pytest.mark.parametrize(
    ("day", "talk", "monday"),
    [
        (20, None, 16),  # Friday
        (21, None, 23),  # Saturday
        (22, None, 23),  # Sunday
        (22, datetime(2026, 11, 21, 9, tzinfo=UTC), 16),
        (21, datetime(2026, 11, 22, 9, tzinfo=UTC), 16),
        (22, datetime(2026, 11, 20, 9, tzinfo=UTC), 23),
        (22, datetime(2026, 11, 23, 9, tzinfo=UTC), 23),
    ],
)
def test_next_week_is_shown_in_a_weekend_without_talks(advisor, day, talk, monday):
    if talk:
        make_booking(advisor=advisor, starts_at=talk)
    make_booking(starts_at=datetime(2026, 11, 22, 9, tzinfo=UTC))  # of a colleague

    found = default_monday([advisor.pk], date(2026, 11, day), ZoneInfo("Europe/Amsterdam"))

    assert found == date(2026, 11, monday)


def test_a_preview_shows_next_week_by_day_and_stores_nothing(advisor):
    make_opening(advisor=advisor, weekday=1, starts=time(9), ends=time(11))

    preview = shown(advisor, hours(weekday=3))

    assert preview == HoursPreview(
        monday=NEXT_MONDAY,
        is_next_week=True,
        slots=8,
        slots_now=4,
        days=[(date(2026, 12, 1), 4), (date(2026, 12, 3), 4)],
        next_days=[],
    )
    assert Opening.objects.count() == 1


def test_a_preview_of_a_change_replaces_the_old_hours_and_subtracts_busy_time(advisor):
    opening = make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(11))
    make_booking(advisor=advisor, starts_at=datetime(2026, 12, 2, 8, 0, tzinfo=UTC))

    preview = shown(advisor, hours(9, 10, weekday=2), opening)

    assert (preview.slots_now, preview.slots) == (3, 1)


def test_a_preview_of_a_rule_names_its_days_and_shows_the_week_of_the_first(advisor):
    new_hours = hours(16, 17, rule="FREQ=MONTHLY;BYDAY=3WE", length=timedelta(minutes=15), buffer=timedelta())

    preview = shown(advisor, new_hours)

    assert (preview.monday, preview.is_next_week, preview.slots) == (date(2026, 12, 14), False, 4)
    assert preview.next_days == [date(2026, 12, 16), date(2027, 1, 20), date(2027, 2, 17), date(2027, 3, 17)]


def test_a_preview_of_changed_hours_on_a_day_shows_that_week(advisor):
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(11))

    preview = shown(advisor, hours(9, 10, day=date(2026, 12, 9), replaces=True))

    assert (preview.monday, preview.slots_now, preview.slots) == (date(2026, 12, 7), 4, 2)


@pytest.mark.parametrize(
    ("day", "moments"), [(date(2027, 3, 28), 4), (date(2026, 10, 25), 8)], ids=["an hour is missing", "an hour twice"]
)
def test_a_preview_counts_slots_around_a_clock_change(advisor, day, moments):
    make_policy(closes_on_public_holidays=False)  # one of them is Easter
    week_before = datetime.combine(day - timedelta(days=10), time(9), tzinfo=UTC)

    preview = shown(advisor, hours(1, 4, day=day), now=week_before)

    assert (preview.days, preview.slots) == ([(day, moments)], moments)


def test_a_preview_respects_absences_closed_days_and_holidays(advisor):
    make_policy(closed_days={"2026-12-22": "Opleiding"})
    midnight = datetime(2026, 12, 20, 23, 0, tzinfo=UTC)
    make_absence(advisor=advisor, starts_at=midnight, ends_at=midnight + timedelta(days=1))

    preview = shown(advisor, hours(rule="FREQ=DAILY"), now=datetime(2026, 12, 15, 9, 0, tzinfo=UTC))

    open_days = [date(2026, 12, 23), date(2026, 12, 24), date(2026, 12, 27)]
    assert preview.days == [(day, 4) for day in open_days]


def test_the_densest_hours_give_a_bounded_preview(advisor):
    five_minutes = timedelta(minutes=5)
    new_hours = hours(0, 23, rule="FREQ=DAILY", valid_from=date(2000, 1, 1), length=five_minutes, step=five_minutes)

    preview = shown(advisor, new_hours)

    assert (preview.slots, len(preview.days), len(preview.next_days)) == (7 * 23 * 12, 7, 4)


def test_hours_of_an_opening_are_restored_unchanged(advisor):
    opening = make_opening(advisor=advisor, weekday=None, rule="FREQ=DAILY", valid_from=NEXT_MONDAY, step_minutes=30)

    assert to_hours(opening).step == timedelta(minutes=30)
