"""Messages: the invitation and its reminder."""

from datetime import time, timedelta

from django.utils import translation

from bookings.availability.queries import durations_of, eligible_advisors
from bookings.models import Invitation
from bookings.notifications.context import employer_context
from candidates.access.services import link_url_for, unsubscribe_url_for
from candidates.models import Rejection, Stage
from core.formatting import format_day
from core.message_schedule import at_local_time
from core.timezones import EMPLOYER_ZONE
from organisation.models import Policy
from outbox.compose import compose_mail
from outbox.drafts import MessageDraft

TOLD_BY_A_PERSON = {Rejection.Notice.PHONE, Rejection.Notice.IN_PERSON, Rejection.Notice.VIDEO}


def invitation(invitation: Invitation, policy: Policy) -> MessageDraft:
    return _letter("invitation", invitation, policy)


def invitation_reminder(invitation: Invitation, policy: Policy) -> MessageDraft:
    return _letter("invitation_reminder", invitation, policy)


def _letter(kind: str, invitation: Invitation, policy: Policy) -> MessageDraft:
    return compose_mail(
        f"bookings/{kind}",
        to=invitation.candidate.mail_recipient,
        policy=policy,
        context=_context(invitation, policy),
        about=invitation,
        unique_key=f"invitation={invitation.pk}",
        unsubscribe_url=unsubscribe_url_for(invitation.candidate),
        expires_at=at_local_time(invitation.open_until + timedelta(days=1), time(), EMPLOYER_ZONE),
        only_at_office_hours=True,
    )


def _context(invitation: Invitation, policy: Policy) -> dict[str, object]:
    candidate, application = invitation.candidate, invitation.application
    rejection = application.rejection
    was_told_by_a_person = rejection.notified_by in TOLD_BY_A_PERSON and application.stage != Stage.LETTER
    with translation.override(candidate.language):
        minutes = durations_of(eligible_advisors(invitation), policy)
    return {
        **employer_context(policy),
        "session_minutes": minutes,
        "first_name": candidate.greeting_name,
        "job_title": application.vacancy.title,
        "strength_sentence": "; ".join(strength.text.rstrip(".") for strength in rejection.strengths.all()) + ".",
        "reason_sentence": rejection.explanation,
        "recruiter_name": rejection.recruiter.name if was_told_by_a_person else "",
        "booking_url": link_url_for(candidate, f"invitations/{invitation.pk}/book/"),
        "opt_out_url": link_url_for(candidate, "stop/"),
        "sent_on": format_day(invitation.sent_at, candidate.language, EMPLOYER_ZONE),
        "valid_until": format_day(invitation.open_until, candidate.language, EMPLOYER_ZONE),
    }
