"""Mail that came in about a talk, brought further to its advisor."""

from dataclasses import replace
from datetime import date

from bookings.models import Booking
from bookings.notifications.context import for_advisor
from organisation.models import Policy
from outbox.compose import letter, staff
from outbox.drafts import Draft
from outbox.inbound.forward import words_of
from outbox.models import IncomingMail


def advisor_mail(booking: Booking, policy: Policy, mail: IncomingMail) -> Draft:
    """What the advisor answers goes to the candidate, and to nobody whom we do not know."""
    address = booking.candidate.email
    is_known = mail.sender.lower() == address.lower()
    draft = letter(
        "bookings/advisor_mail",
        to=staff(booking.advisor.user, policy),
        policy=policy,
        words={**for_advisor(booking, policy), **words_of(mail), "is_known": is_known},
        about=booking,
        once=f"mail={mail.pk}",
    )
    return replace(draft, reply_to=address if is_known else policy.sender_email)


def advisor_mail_stopped(booking: Booking, policy: Policy, *, today: date) -> Draft:
    """To an advisor who wrote to the address for answers, once a day: it would only come back to them."""
    return letter(
        "bookings/advisor_mail_stopped",
        to=staff(booking.advisor.user, policy),
        policy=policy,
        words=for_advisor(booking, policy),
        about=booking,
        once=f"booking={booking.pk}:day={today}",
    )
