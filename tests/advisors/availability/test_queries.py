from datetime import UTC, date, datetime

import pytest

from advisors.availability.queries import slot_query_between
from organisation.models import Policy

NEW_YEAR = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("earliest", "latest"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)),
        (
            datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
            datetime(2026, 12, 31, 23, 45, tzinfo=UTC),
        ),  # Tokyo
        (datetime(2027, 1, 1, 0, tzinfo=UTC), datetime(2027, 1, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_slot_query_has_the_holidays_of_both_years_in_any_time_zone(earliest, latest):
    policy = Policy(closed_days={"2026-12-24": "Opleiding"})

    query = slot_query_between(earliest, latest, policy=policy)

    assert {date(2026, 12, 24), NEW_YEAR} <= query.closed_days
