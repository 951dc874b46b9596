"""Data for the torture test: few advisors with different talk lengths, and starts every ten minutes."""

from dataclasses import asdict, dataclass
from datetime import time, timedelta
from random import Random

from django.utils import timezone

from bookings.availability.slot_listing import format_start
from bookings.models import Invitation
from tests.bench.history import api_credentials, invite, make_api_clients
from tests.factories import make_advisor, make_location, make_opening, make_policy, make_vacancy

DAYS = (1, 2, 3)  # days from today; few, to cause conflicts
OPENS, CLOSES = time(9), time(12)
STEP = timedelta(minutes=10)
LENGTHS = (20, 45, 15, 30, 60, 25)
BUFFERS = (10, 0, 5, 10, 15, 0)
CAPS = (None, 2, None, None, None, None)  # talks per day


@dataclass
class TortureData:
    """Keys and start times that the processes need, as plain values for JSON."""

    advisors: list
    openings: list
    credentials: list  # API token and invitation key
    invitations: list  # primary keys, in the same order
    starts: list  # all start times that can be requested

    def as_json(self):
        return asdict(self)


def make_data(*, candidates, advisors=6, days=DAYS):
    """Create the data. Fewer advisors and days cause more conflicts."""
    make_policy(notice_hours=0, horizon_days=14, closes_on_public_holidays=False)
    created = [
        make_advisor(hours=False, session_minutes=length, buffer_minutes=buffer, step_minutes=10, max_per_day=cap)
        for length, buffer, cap in list(zip(LENGTHS, BUFFERS, CAPS, strict=True))[:advisors]
    ]
    location = make_location()
    openings = [
        make_opening(advisor=advisor, weekday=weekday, starts=OPENS, ends=CLOSES, location=location)
        for advisor in created
        for weekday in range(7)
    ]
    invitations = invite(candidates, make_vacancy(), timezone.now())
    soon = timezone.localdate() + timedelta(days=7)  # a cancellation by an advisor extends it, so writes to it
    Invitation.objects.update(open_until=soon)
    return TortureData(
        advisors=[advisor.pk for advisor in created],
        openings=[opening.pk for opening in openings],
        credentials=api_credentials(make_api_clients(), invitations),
        invitations=[invitation.pk for invitation in invitations],
        starts=[format_start(start) for start in _starts(days)],
    )


def _starts(days):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for day in days:
        start = (midnight + timedelta(days=day)).replace(hour=OPENS.hour)
        while start.hour < CLOSES.hour:
            yield start
            start += STEP


def random_for(*seeds):
    """Random generator with a seed that combines these values."""
    return Random("/".join(map(str, seeds)))
