"""Forward incoming mail about a booking to its advisor."""

from dataclasses import replace
from datetime import date

from bookings.models import Booking
from bookings.notifications.context import advisor_context
from organisation.models import Policy
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.inbound.forward import quote_context
from outbox.models import IncomingMail


def advisor_mail(booking: Booking, policy: Policy, mail: IncomingMail) -> MessageDraft:
    """Forwarded mail; Reply-To is the candidate's address, but never an unknown sender."""
    address = booking.candidate.email
    is_known = mail.sender.lower() == address.lower()
    draft = compose_mail(
        "bookings/advisor_mail",
        to=staff_recipient(booking.advisor.user, policy),
        policy=policy,
        context={**advisor_context(booking, policy), **quote_context(mail), "is_known": is_known},
        about=booking,
        unique_key=f"mail={mail.pk}",
    )
    return replace(draft, reply_to=address if is_known else policy.sender_email)


def advisor_mail_stopped(booking: Booking, policy: Policy, *, today: date) -> MessageDraft:
    """Notice, once a day, to an advisor who mailed the reply address: that mail is not forwarded."""
    return compose_mail(
        "bookings/advisor_mail_stopped",
        to=staff_recipient(booking.advisor.user, policy),
        policy=policy,
        context=advisor_context(booking, policy),
        about=booking,
        unique_key=f"booking={booking.pk}:day={today}",
    )
