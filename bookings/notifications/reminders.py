"""Reminders: mail and SMS to the candidate, a note and an outcome request to the advisor."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import Advisor
from bookings.models import Booking
from bookings.notifications.context import advisor_context, candidate_context
from bookings.notifications.sms_fallbacks import sms_reminder_fallback
from bookings.schedule import mail_reminder_expires_at, sms_reminder_expires_at
from bookings.short_codes import code_for_booking, short_url
from bookings.wording import format_address
from core.actors import object_key
from core.gsm7 import FIRST_NAME_LENGTH, fits, is_readable, normalise
from organisation.models import Policy
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.templates import render_plain

TODAY = ":today"  # suffix of the dedupe key of a mail on the day itself


def mail_reminder(booking: Booking, policy: Policy, *, is_today: bool = False) -> MessageDraft:
    """Mail that says "tomorrow", or "today" when no worker ran yesterday."""
    candidate = booking.candidate
    return compose_mail(
        "bookings/reminder",
        to=candidate.mail_recipient,
        policy=policy,
        context={**candidate_context(booking, policy), "is_today": is_today},
        about=booking,
        unique_key=f"{_state(booking)}:mail{TODAY if is_today else ''}",
        expires_at=mail_reminder_expires_at(booking.starts_at, candidate.zone, is_today=is_today),
    )


def sms_reminder(booking: Booking, policy: Policy, *, now: datetime) -> MessageDraft:
    """SMS with a fallback mail; none when the SMS is late, because the mail reminder of that day covers it."""
    candidate = booking.candidate
    expires_at = sms_reminder_expires_at(booking.starts_at, candidate.zone, policy.times)
    context = candidate_context(booking, policy)  # computed once for both: thousands may be due in the same minute
    return MessageDraft(
        kind="reminder",
        transport="sms",
        dedupe_key=f"reminder:{_state(booking)}:sms",
        about=object_key(booking),
        person_key=object_key(candidate),
        language=candidate.language,
        recipient=str(booking.phone),
        recipient_name=candidate.full_name,
        text=_sms_text(booking, policy, context),
        time_zone=candidate.time_zone,
        expires_at=expires_at,
        fallback=sms_reminder_fallback(booking, policy, context) if now < expires_at else None,
    )


def advisor_note(booking: Booking, policy: Policy) -> MessageDraft:
    """Note to the advisor shortly before the start, without the candidate's name."""
    to = staff_recipient(booking.advisor.user, policy)
    place = format_address(booking.location) if booking.location else ""
    return compose_mail(
        "bookings/advisor_note",
        to=to,
        policy=policy,
        context={**advisor_context(booking, policy), "place": place},
        about=booking,
        unique_key=f"{_state(booking)}:{to.key}",
        expires_at=booking.starts_at,
    )


def advisor_outcome(booking: Booking, policy: Policy) -> MessageDraft:
    """Request to the advisor to record the outcome; does not expire."""
    to = staff_recipient(booking.advisor.user, policy)
    context = advisor_context(booking, policy)
    once = f"{_state(booking)}:{to.key}"
    return compose_mail(
        "bookings/advisor_outcome", to=to, policy=policy, context=context, about=booking, unique_key=once
    )


def _sms_text(booking: Booking, policy: Policy, context: dict[str, object]) -> str:
    """One GSM-7 segment, with the advisor's full name if it fits, else the first name, shortened if needed."""
    language = booking.candidate.language
    own = {"short_url": short_url(code_for_booking(booking.uid)), "video_url": booking.advisor.video_url}
    text = ""
    for name in _names_of(booking.advisor, language):
        text = normalise(
            render_plain(
                f"bookings/sms_{booking.channel}",
                language=language,
                context=context | own | {"advisor_name": name},
            )
        )
        if fits(text):
            break
    return text


def _names_of(advisor: Advisor, language: str) -> tuple[str, ...]:
    """Names from long to short, the last with at most FIRST_NAME characters.

    A name that GSM-7 cannot write is replaced by "your advisor".
    """
    if not is_readable(advisor.name):
        with translation.override(language):
            return _("your advisor"), _("advisor")
    whole_name = normalise(advisor.name)  # before it is shortened
    first_name = whole_name.split()[0]
    return whole_name, first_name, first_name[:FIRST_NAME_LENGTH]


def _state(booking: Booking) -> str:
    return f"booking={booking.pk}:sequence={booking.sequence}"
