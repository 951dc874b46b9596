from datetime import datetime

from bookings.models import Booking
from bookings.notifications.context import for_candidate
from candidates.access.services import address_for, unsubscribe_address_for
from core.actors import key_of
from organisation.models import Policy
from outbox.compose import letter
from outbox.drafts import Draft
from talks.models import Survey
from talks.survey_schedule import SURVEY_USEFUL


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


def survey(asked: Survey, policy: Policy, *, due_at: datetime) -> Draft:
    """How was it? An answer by mail is for the employer and not for the advisor of the talk, about whom it may be."""
    booking = asked.booking
    candidate = booking.candidate
    links = {
        "survey_url": address_for(candidate, f"appointments/{booking.pk}/survey/"),
        "opt_out_url": address_for(candidate, "stop/"),
    }
    return letter(
        "talks/survey",
        to=candidate.reader,
        policy=policy,
        words={**for_candidate(booking, policy), **links},
        about=asked,
        once=f"booking={booking.pk}",
        thread=key_of(booking),
        unsubscribe_url=unsubscribe_address_for(candidate),
        useless_after=due_at + SURVEY_USEFUL,
    )
