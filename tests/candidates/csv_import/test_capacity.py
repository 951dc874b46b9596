"""Free talks per week, and the day of the last invitation."""

from datetime import date, timedelta

import pytest

from candidates.csv_import.capacity import capacity_for
from organisation.models import Policy
from tests.factories import NOW, make_advisor, make_booking, make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_free_talks_of_a_week_are_counted():
    make_policy(horizon_days=28, notice_hours=0, closes_on_public_holidays=False)
    make_advisor()  # 9 to 12 from Monday to Friday: six talks of 20 and 10 minutes a day

    capacity = capacity_for(5, policy=Policy.objects.current(), now=NOW - timedelta(hours=9))

    assert capacity.free_per_week == 30


def test_slots_that_overlap_are_one_talk():
    make_policy(horizon_days=7, notice_hours=0, step_minutes=5, buffer_minutes=0, closes_on_public_holidays=False)
    advisor = make_advisor()
    make_booking(advisor=advisor, buffer=0)

    capacity = capacity_for(5, policy=Policy.objects.current(), now=NOW - timedelta(hours=9))

    assert capacity.free_per_week == 5 * 9 - 2  # the booking leaves ten minutes before and ten after it


@pytest.mark.parametrize(
    ("invitations", "per_day", "last_on"),
    [
        (0, 40, None),
        (100, 0, None),
        (40, 40, date(2026, 11, 24)),
        (41, 40, date(2026, 11, 25)),
        (160, 40, date(2026, 11, 27)),
    ],
)
def test_the_last_invitation_leaves_when_policy_allows(invitations, per_day, last_on):
    make_policy(invitations_per_day=per_day)

    capacity = capacity_for(invitations, policy=Policy.objects.current(), now=NOW)

    assert capacity.last_on == last_on
