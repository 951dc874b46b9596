from datetime import datetime

from bookings.messages.words import for_candidate
from bookings.models import Booking
from candidates.services.access import address_for, unsubscribe_address_for
from organisation.actors import key_of
from organisation.models import Policy
from outbox.drafts import Draft
from outbox.writing import letter
from talks.after import SURVEY_USEFUL
from talks.models import Survey


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
