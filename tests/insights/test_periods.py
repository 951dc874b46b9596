from datetime import date

import pytest

from insights.periods import Period, period_for


@pytest.mark.parametrize(
    ("name", "today", "period"),
    [
        ("month", date(2026, 11, 23), Period(date(2026, 11, 1), date(2026, 11, 23))),
        ("last_month", date(2026, 3, 31), Period(date(2026, 2, 1), date(2026, 2, 28))),
        ("last_month", date(2026, 1, 5), Period(date(2025, 12, 1), date(2025, 12, 31))),
        ("quarter", date(2026, 11, 23), Period(date(2026, 10, 1), date(2026, 11, 23))),
        ("quarter", date(2026, 1, 1), Period(date(2026, 1, 1), date(2026, 1, 1))),
        ("last_quarter", date(2026, 2, 28), Period(date(2025, 10, 1), date(2025, 12, 31))),
        ("last_quarter", date(2024, 5, 31), Period(date(2024, 1, 1), date(2024, 3, 31))),
        ("all", date(2026, 11, 23), Period()),
        ("", date(2026, 11, 23), Period()),
        ("yesterday", date(2026, 11, 23), Period()),
    ],
)
def test_period_for_gives_the_dates_of_a_named_period(name, today, period):
    assert period_for(name, today) == period
