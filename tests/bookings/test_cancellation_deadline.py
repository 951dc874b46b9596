from datetime import UTC, datetime

import pytest

from bookings.cancellation_deadline import cancellation_deadline
from bookings.models import Booking
from organisation.models import Policy


@pytest.mark.parametrize(
    ("starts_at", "hours", "deadline"),
    [
        (datetime(2026, 11, 24, 9, 30, tzinfo=UTC), 4, datetime(2026, 11, 24, 5, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 9, 30, tzinfo=UTC), 0, datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        (datetime(2027, 3, 28, 7, 0, tzinfo=UTC), 24, datetime(2027, 3, 27, 7, 0, tzinfo=UTC)),  # 8.00, then 9.00 there
    ],
)
def test_the_deadline_is_so_many_hours_before_the_start(starts_at, hours, deadline):
    booking = Booking(starts_at=starts_at)

    assert cancellation_deadline(booking, Policy(cancel_until_hours=hours)) == deadline
