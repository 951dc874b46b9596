from datetime import datetime

from bookings.messages.words import candidate_key, for_candidate
from bookings.models import Booking
from organisation.actors import key_of
from organisation.models import Policy
from outbox.drafts import Draft
from outbox.letters import render


def no_show(booking: Booking, policy: Policy, *, now: datetime) -> Draft:
    """We missed each other; no reproach, a new choice while the invitation is open."""
    candidate = booking.candidate
    can_choose = booking.invitation.is_open(now)
    words = {**for_candidate(booking, policy), "can_choose": can_choose}
    letter = render("talks/no_show", language=candidate.language, context=words)
    return Draft(
        kind="no_show",
        dedupe_key=f"no_show:booking={booking.pk}:start={booking.starts_at:%Y-%m-%dT%H:%MZ}",
        about=key_of(booking),
        person_key=candidate_key(candidate),
        language=candidate.language,
        recipient=candidate.email,
        recipient_name=candidate.full_name,
        sender_name=policy.sender_name,
        sender_email=policy.sender_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
