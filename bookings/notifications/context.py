"""The words that letters about a talk share, in the reader's language."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import TalkChannel
from bookings.models import Booking
from bookings.wording import channel_sentence, file_of
from candidates.access.services import address_for
from candidates.models import Candidate
from core.actors import Actor
from core.formatting import day_in_words, time_in_words
from core.timezones import is_elsewhere, place_of
from organisation.models import Policy
from organisation.queries import member_of_staff
from outbox.templates import render_text

ZONE = ZoneInfo(settings.TIME_ZONE)


def of_employer(policy: Policy) -> dict[str, object]:
    return {
        "org_name": policy.employer_name,
        "org_short": policy.short_name or policy.employer_name,
        "org_phone": spoken_phone(policy),
        "sender_name": policy.sender_name,
        "session_minutes": policy.session_minutes,
        "privacy_url": settings.PUBLIC_URL + reverse("privacy"),
    }


def spoken_phone(policy: Policy) -> str:
    return policy.phone.as_national if policy.phone else policy.sender_email


def moment(at: datetime, language: str, *, prefix: str = "", zone: ZoneInfo = ZONE) -> dict[str, object]:
    """`date_long` and `time`, or `old_date_long` and `old_time`."""
    return {
        f"{prefix}date_long": day_in_words(at, language, zone),
        f"{prefix}time": time_in_words(at, language, zone),
    }


def until_in_words(at: datetime, candidate: Candidate) -> str:
    """ "dinsdag 24 november om 14.00 uur", "Tuesday 24 November at 14:00"."""
    words = moment(at, candidate.language, zone=candidate.zone)
    if candidate.language == "nl":
        return f"{words['date_long']} om {words['time']} uur"
    return f"{words['date_long']} at {words['time']}"


def of_talk(booking: Booking, policy: Policy, language: str) -> dict[str, object]:
    return {
        **of_employer(policy),
        **moment(booking.starts_at, language),
        "job_title": booking.invitation.application.vacancy.title,
        "advisor_name": booking.advisor.name,
        "advisor_first_name": booking.advisor.name.split()[0],
        "session_minutes": int((booking.ends_at - booking.starts_at) / timedelta(minutes=1)),
    }


def for_candidate(booking: Booking, policy: Policy) -> dict[str, object]:
    """Everything that a letter to the candidate about this talk may say."""
    candidate, language = booking.candidate, booking.candidate.language
    page = f"appointments/{booking.pk}/"
    limit = booking.starts_at - timedelta(hours=policy.cancel_until_hours)
    return {
        **of_talk(booking, policy, language),
        **moment(booking.starts_at, language, zone=candidate.zone),
        "first_name": candidate.first_name,
        "zone_sentence": zone_sentence(candidate, booking.starts_at),
        "channel": booking.channel,
        "channel_sentence": channel_sentence(booking, language),
        "manage_url": address_for(candidate, page),
        "prepare_url": address_for(candidate, f"{page}prepare/"),
        "booking_url": address_for(candidate, f"invitations/{booking.invitation_id}/book/"),
        "cancel_until": until_in_words(limit, candidate),
        "valid_until": day_in_words(booking.invitation.open_until, language, ZONE),
    }


def zone_sentence(candidate: Candidate, at: datetime) -> str:
    """For who reads it elsewhere: whose clock this is, and what the advisor's says."""
    language = candidate.language
    if not is_elsewhere(candidate.zone, at):
        return ""
    with translation.override(language):
        said = _("This is the time in %(place)s; in the Netherlands it is %(time)s then.")
        place = place_of(candidate.time_zone, language)
        return said % {"place": place, "time": time_in_words(at, language, ZONE)}


def clock_sentence(candidate: Candidate, *moments: datetime) -> str:
    """For a letter with several times, to who reads it elsewhere: on whose clock they all are."""
    if not any(is_elsewhere(candidate.zone, at) for at in moments):
        return ""
    with translation.override(candidate.language):
        said = _("All times in this mail are times in %(place)s.")
        return said % {"place": place_of(candidate.time_zone, candidate.language)}


def for_advisor(booking: Booking, policy: Policy) -> dict[str, object]:
    """No name of the candidate: mail is not the place. The file is behind the sign-in."""
    language = policy.default_language
    with translation.override(language):
        names = {
            "channel_name": TalkChannel(booking.channel).label,
            "language_name": booking.get_language_display(),
        }
    return {**of_talk(booking, policy, language), **names, "file_url": file_of(booking)}


def signed_word(word: str, language: str, *, actor: Actor) -> str:
    """What somebody of staff wrote to the candidate, with their name: the letter itself is the employer's."""
    if not word:
        return ""
    writer = member_of_staff(actor)
    context: dict[str, object] = {"word": word, "name": writer.name if writer else ""}
    return render_text("bookings/word", language=language, context=context)
