from datetime import datetime

from bookings.models import Booking
from bookings.notifications.context import candidate_context
from candidates.access.services import link_url_for, unsubscribe_url_for
from core.actors import object_key
from organisation.models import Policy
from outbox.compose import compose_mail
from outbox.drafts import MessageDraft
from talks.models import Survey
from talks.survey_schedule import SURVEY_EXPIRES_AFTER


def no_show(booking: Booking, policy: Policy, *, now: datetime) -> MessageDraft:
    """Mail after a no-show, with a link to book again while the invitation is open."""
    return compose_mail(
        "talks/no_show",
        to=booking.candidate.mail_recipient,
        policy=policy,
        context={**candidate_context(booking, policy), "can_choose": booking.invitation.is_open(now)},
        about=booking,
        unique_key=f"booking={booking.pk}:start={booking.starts_at:%Y-%m-%dT%H:%MZ}",
    )


def survey(asked: Survey, policy: Policy, *, due_at: datetime) -> MessageDraft:
    """Survey mail. Replies go to the employer and not to the advisor, because they may be about the advisor."""
    booking = asked.booking
    candidate = booking.candidate
    links = {
        "survey_url": link_url_for(candidate, f"appointments/{booking.pk}/survey/"),
        "opt_out_url": link_url_for(candidate, "stop/"),
    }
    return compose_mail(
        "talks/survey",
        to=candidate.mail_recipient,
        policy=policy,
        context={**candidate_context(booking, policy), **links},
        about=asked,
        unique_key=f"booking={booking.pk}",
        thread=object_key(booking),
        unsubscribe_url=unsubscribe_url_for(candidate),
        expires_at=due_at + SURVEY_EXPIRES_AFTER,
    )
