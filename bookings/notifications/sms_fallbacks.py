"""Messages around the SMS reminder of reminders.py: its fallback mail, and notices to the advisor."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from advisors.models import TalkChannel
from bookings.models import Booking
from bookings.notifications.context import advisor_context, employer_context
from bookings.notifications.sms_status import sms_failure_of
from candidates.access.services import link_url_for
from candidates.models import Candidate
from organisation.models import Policy
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.models import Message


def sms_reminder_fallback(booking: Booking, policy: Policy, context: dict[str, object]) -> MessageDraft:
    """Mail instead of an SMS reminder that did not arrive; `context` is the result of `candidate_context`."""
    return compose_mail(
        "bookings/text_failed",
        to=booking.candidate.mail_recipient,
        policy=policy,
        context=context,
        about=booking,
        unique_key=f"booking={booking.pk}:sequence={booking.sequence}",
        expires_at=booking.starts_at,
    )


def advisor_sms_failed(booking: Booking, policy: Policy) -> MessageDraft:
    failure = sms_failure_of(booking)
    with translation.override(policy.default_language):
        reason = str(Message.Reason(failure.reason).label) if failure and failure.reason else ""
    context = {
        **advisor_context(booking, policy),
        "reason": reason,
        "has_letter": bool(failure and failure.has_letter),
        "is_doubtful": bool(failure and failure.doubts_number and booking.channel == TalkChannel.PHONE),
    }
    return compose_mail(
        "bookings/advisor_text_failed",
        to=staff_recipient(booking.advisor.user, policy),
        policy=policy,
        context=context,
        about=booking,
        unique_key=f"booking={booking.pk}:sequence={booking.sequence}",
        expires_at=booking.starts_at,
    )


def sms_stopped(candidate: Candidate, policy: Policy, *, now: datetime) -> MessageDraft:
    """Mail after an SMS that may be an opt-out: what we made of it, and how to undo it. At most one a day."""
    return compose_mail(
        "bookings/texts_stopped",
        to=candidate.mail_recipient,
        policy=policy,
        context={
            **employer_context(policy),
            "first_name": candidate.greeting_name,
            "sms_number": settings.TWILIO_FROM if settings.TWILIO_FROM.startswith("+") else "",
            "home_url": link_url_for(candidate, ""),
        },
        about=candidate,
        unique_key=f"candidate={candidate.pk}:day={timezone.localdate(now)}",
    )


def advisor_sms_reply(booking: Booking, policy: Policy) -> MessageDraft:
    """Notice of an SMS reply, once per state of the booking.

    The text of the reply is only in the file, because it may be too personal for a mail.
    """
    to = staff_recipient(booking.advisor.user, policy)
    return compose_mail(
        "bookings/advisor_text_answer",
        to=to,
        policy=policy,
        context=advisor_context(booking, policy),
        about=booking,
        unique_key=f"booking={booking.pk}:sequence={booking.sequence}:{to.key}",
        expires_at=booking.starts_at,
    )
