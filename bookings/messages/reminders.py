"""The day before: a mail to everybody, a text to who asked for one."""

from bookings.codes import address_of, code_of
from bookings.day_before import mail_useless_after, text_useless_after
from bookings.messages.words import candidate_key, for_candidate
from bookings.models import Booking
from organisation.actors import key_of
from organisation.models import Policy
from organisation.text_room import FIRST_NAME
from outbox.drafts import Draft
from outbox.gsm7 import fits, normalise
from outbox.letters import render, render_text


def mail_reminder(booking: Booking, policy: Policy) -> Draft:
    candidate = booking.candidate
    letter = render("bookings/reminder", language=candidate.language, context=for_candidate(booking, policy))
    return Draft(
        kind="reminder",
        dedupe_key=_key(booking, "mail"),
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
        useless_after=mail_useless_after(booking.starts_at, candidate.zone),
    )


def text_reminder(booking: Booking, policy: Policy) -> Draft:
    candidate = booking.candidate
    return Draft(
        kind="reminder",
        channel="sms",
        dedupe_key=_key(booking, "sms"),
        about=key_of(booking),
        person_key=candidate_key(candidate),
        language=candidate.language,
        recipient=str(booking.phone),
        recipient_name=candidate.full_name,
        text=_short_text(booking, policy),
        useless_after=text_useless_after(booking.starts_at, candidate.zone),
    )


def _short_text(booking: Booking, policy: Policy) -> str:
    """One segment of GSM-7: the advisor's whole name when that fits, else the first name, if need be shortened."""
    words = for_candidate(booking, policy) | {"short_url": address_of(code_of(booking.uid))}
    text = ""
    first_name = booking.advisor.name.split()[0]
    for name in (booking.advisor.name, first_name, first_name[:FIRST_NAME]):
        text = normalise(
            render_text(
                f"bookings/sms_{booking.channel}",
                language=booking.candidate.language,
                context=words | {"advisor_name": name},
            )
        )
        if fits(text):
            break
    return text


def _key(booking: Booking, channel: str) -> str:
    return f"reminder:booking={booking.pk}:sequence={booking.sequence}:{channel}"
