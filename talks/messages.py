from datetime import datetime

from bookings.messages.words import for_candidate
from bookings.models import Booking
from organisation.models import Policy
from outbox.drafts import Draft
from outbox.writing import letter


def no_show(booking: Booking, policy: Policy, *, now: datetime) -> Draft:
    """We missed each other; no reproach, a new choice while the invitation is open."""
    return letter(
        "talks/no_show",
        to=booking.candidate.reader,
        policy=policy,
        words={**for_candidate(booking, policy), "can_choose": booking.invitation.is_open(now)},
        about=booking,
        once=f"booking={booking.pk}:start={booking.starts_at:%Y-%m-%dT%H:%MZ}",
    )
