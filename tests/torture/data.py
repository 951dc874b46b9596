"""A small, crowded house: advisors whose talks last differently and may start every ten minutes."""

from dataclasses import asdict, dataclass
from datetime import time, timedelta
from random import Random

from django.utils import timezone

from bookings.availability.slot_listing import value_of
from bookings.models import Invitation
from tests.bench.history import asks_of, invite, make_programs
from tests.factories import make_advisor, make_location, make_opening, make_policy, make_vacancy

DAYS = (1, 2, 3)  # from today; few, so that everybody wants the same
OPENS, CLOSES = time(9), time(12)
STEP = timedelta(minutes=10)
LENGTHS = (20, 45, 15, 30, 60, 25)
BUFFERS = (10, 0, 5, 10, 15, 0)
CAPS = (None, 2, None, None, None, None)  # talks a day


@dataclass
class World:
    """What the processes must know; all of it plain, so that it can be written down as JSON."""

    advisors: list
    openings: list
    programs: list  # a token, and the key of the invitation for which it may speak
    invitations: list  # their numbers, in the same order
    starts: list  # every moment that anybody may wish

    def as_json(self):
        return asdict(self)


def make_world(*, candidates, advisors=6, days=DAYS):
    """With fewer advisors and days there is more of a crowd."""
    make_policy(notice_hours=0, horizon_days=14, closes_on_public_holidays=False)
    made = [
        make_advisor(hours=False, session_minutes=length, buffer_minutes=buffer, step_minutes=10, max_per_day=cap)
        for length, buffer, cap in list(zip(LENGTHS, BUFFERS, CAPS, strict=True))[:advisors]
    ]
    location = make_location()
    openings = [
        make_opening(advisor=advisor, weekday=weekday, starts=OPENS, ends=CLOSES, location=location)
        for advisor in made
        for weekday in range(7)
    ]
    invitations = invite(candidates, make_vacancy(), timezone.now())
    soon = timezone.localdate() + timedelta(days=7)  # an advisor who cancels puts it off, and so writes to it
    Invitation.objects.update(open_until=soon)
    return World(
        advisors=[advisor.pk for advisor in made],
        openings=[opening.pk for opening in openings],
        programs=asks_of(make_programs(), invitations),
        invitations=[invitation.pk for invitation in invitations],
        starts=[value_of(moment) for moment in _moments(days)],
    )


def _moments(days):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for day in days:
        moment = (midnight + timedelta(days=day)).replace(hour=OPENS.hour)
        while moment.hour < CLOSES.hour:
            yield moment
            moment += STEP


def dice(*seeds):
    return Random("/".join(map(str, seeds)))
