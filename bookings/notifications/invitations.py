"""The offer of a talk, and its one reminder."""

from datetime import time, timedelta

from django.utils import translation

from bookings.availability.queries import minutes_of, pool_of
from bookings.models import Invitation
from bookings.notifications.context import ZONE, of_employer
from candidates.access.services import address_for, unsubscribe_address_for
from candidates.models import Rejection, Stage
from core.formatting import day_in_words
from core.message_schedule import at_clock
from organisation.models import Policy
from outbox.compose import letter
from outbox.drafts import Draft

TOLD_BY_A_PERSON = {Rejection.Notice.PHONE, Rejection.Notice.IN_PERSON, Rejection.Notice.VIDEO}


def invitation(invitation: Invitation, policy: Policy) -> Draft:
    return _letter("invitation", invitation, policy)


def invitation_reminder(invitation: Invitation, policy: Policy) -> Draft:
    return _letter("invitation_reminder", invitation, policy)


def _letter(kind: str, invitation: Invitation, policy: Policy) -> Draft:
    return letter(
        f"bookings/{kind}",
        to=invitation.candidate.reader,
        policy=policy,
        words=_words(invitation, policy),
        about=invitation,
        once=f"invitation={invitation.pk}",
        unsubscribe_url=unsubscribe_address_for(invitation.candidate),
        useless_after=at_clock(invitation.open_until + timedelta(days=1), time(), ZONE),
        only_at_office_hours=True,
    )


def _words(invitation: Invitation, policy: Policy) -> dict[str, object]:
    candidate, application = invitation.candidate, invitation.application
    rejection = application.rejection
    was_told_by_a_person = rejection.notified_by in TOLD_BY_A_PERSON and application.stage != Stage.LETTER
    with translation.override(candidate.language):
        minutes = minutes_of(pool_of(invitation), policy)
    return {
        **of_employer(policy),
        "session_minutes": minutes,
        "first_name": candidate.first_name,
        "job_title": application.vacancy.title,
        "strength_sentence": "; ".join(strength.text.rstrip(".") for strength in rejection.strengths.all()) + ".",
        "reason_sentence": rejection.explanation,
        "recruiter_name": rejection.recruiter.name if was_told_by_a_person else "",
        "booking_url": address_for(candidate, f"invitations/{invitation.pk}/book/"),
        "opt_out_url": address_for(candidate, "stop/"),
        "sent_on": day_in_words(invitation.sent_at, candidate.language, ZONE),
        "valid_until": day_in_words(invitation.open_until, candidate.language, ZONE),
    }
