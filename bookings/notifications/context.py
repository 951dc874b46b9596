"""Template context shared by messages about bookings, in the reader's language."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import TalkChannel
from bookings.cancellation_deadline import cancellation_deadline
from bookings.models import Booking
from bookings.wording import channel_sentence, file_url
from candidates.access.services import link_url_for
from candidates.models import Candidate
from core.actors import Actor
from core.formatting import format_day, format_time
from core.timezones import EMPLOYER_ZONE, city_of, is_elsewhere
from organisation.models import Policy
from organisation.queries import staff_member_for
from outbox.templates import render_plain


def employer_context(policy: Policy) -> dict[str, object]:
    """Context about the employer that every template may use."""
    return {
        "org_name": policy.employer_name,
        "org_short": policy.short_name or policy.employer_name,
        "org_phone": contact_phone(policy),
        "sender_name": policy.sender_name,
        "session_minutes": policy.session_minutes,
        "privacy_url": settings.PUBLIC_URL + reverse("privacy"),
    }


def contact_phone(policy: Policy) -> str:
    """Phone number of the employer for candidates, or the mail address when there is none."""
    return policy.phone.as_national if policy.phone else policy.sender_email


def date_context(at: datetime, language: str, *, prefix: str = "", zone: ZoneInfo = EMPLOYER_ZONE) -> dict[str, object]:
    """Context `date_long` and `time`, or with a prefix `old_date_long` and `old_time`."""
    return {
        f"{prefix}date_long": format_day(at, language, zone),
        f"{prefix}time": format_time(at, language, zone),
    }


def format_date_time(at: datetime, language: str, zone: ZoneInfo) -> str:
    """Format as "dinsdag 24 november om 14.00 uur" or "Tuesday 24 November at 14:00"."""
    values = {"day": format_day(at, language, zone), "time": format_time(at, language, zone)}
    with translation.override(language):
        return _("%(day)s at %(time)s") % values


def booking_context(booking: Booking, policy: Policy, language: str) -> dict[str, object]:
    """Context about a booking that candidate and advisor may both read."""
    return {
        **employer_context(policy),
        **date_context(booking.starts_at, language),
        "job_title": booking.invitation.application.vacancy.title,
        "advisor_name": booking.advisor.name,
        "advisor_first_name": booking.advisor.name.split()[0],
        "session_minutes": int((booking.ends_at - booking.starts_at) / timedelta(minutes=1)),
    }


def candidate_context(booking: Booking, policy: Policy) -> dict[str, object]:
    """Context for a message to the candidate about this booking."""
    candidate, language = booking.candidate, booking.candidate.language
    page = f"appointments/{booking.pk}/"
    return {
        **booking_context(booking, policy, language),
        **date_context(booking.starts_at, language, zone=candidate.zone),
        "first_name": candidate.greeting_name,
        "zone_sentence": zone_sentence(candidate, booking.starts_at),
        "channel": booking.channel,
        "channel_sentence": channel_sentence(booking, language),
        "manage_url": link_url_for(candidate, page),
        "prepare_url": link_url_for(candidate, f"{page}prepare/"),
        "booking_url": link_url_for(candidate, f"invitations/{booking.invitation_id}/book/"),
        "cancel_until": format_date_time(cancellation_deadline(booking, policy), language, candidate.zone),
        "valid_until": format_day(booking.invitation.open_until, language, EMPLOYER_ZONE),
    }


def zone_sentence(candidate: Candidate, at: datetime) -> str:
    """Sentence for a candidate in another time zone: whose time this is, and the time of the employer."""
    language = candidate.language
    if not is_elsewhere(candidate.zone, at):
        return ""
    with translation.override(language):
        sentence = _("This is the time in %(place)s; in the Netherlands it is %(time)s then.")
        place = city_of(candidate.time_zone, language)
        return sentence % {"place": place, "time": format_time(at, language, EMPLOYER_ZONE)}


def clock_sentence(candidate: Candidate, *moments: datetime) -> str:
    """Sentence for a candidate in another time zone, for a message with several times."""
    if not any(is_elsewhere(candidate.zone, at) for at in moments):
        return ""
    with translation.override(candidate.language):
        sentence = _("All times in this mail are times in %(place)s.")
        return sentence % {"place": city_of(candidate.time_zone, candidate.language)}


def advisor_context(booking: Booking, policy: Policy) -> dict[str, object]:
    """Context for a message to the advisor: no candidate's name in mail, but a URL that requires sign-in."""
    language = policy.default_language
    with translation.override(language):
        names = {
            "channel_name": TalkChannel(booking.channel).label,
            "language_name": booking.get_language_display(),
        }
    return {**booking_context(booking, policy, language), **names, "file_url": file_url(booking)}


def signed_remark(remark: str, language: str, *, actor: Actor) -> str:
    """Remark to the candidate, signed with the name of its writer, because the employer signs the message itself."""
    if not remark:
        return ""
    writer = staff_member_for(actor)
    context: dict[str, object] = {"remark": remark, "name": writer.name if writer else ""}
    return render_plain("bookings/remark", language=language, context=context)
