from datetime import UTC, date, datetime

import pytest

from advisors.availability.queries import question_between
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
def test_a_question_knows_the_holidays_of_all_its_days_wherever_the_advisor_is(earliest, latest):
    policy = Policy(closed_days={"2026-12-24": "Opleiding"})

    asked = question_between(earliest, latest, policy=policy)

    assert {date(2026, 12, 24), NEW_YEAR} <= asked.closed_days
