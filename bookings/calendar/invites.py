"""A talk as it stands in the calendars of candidate and advisor; neutral, others may look into a calendar."""

from dataclasses import replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import Advisor, TalkChannel
from bookings.calendar import ical
from bookings.models import Booking
from bookings.wording import address_in_words, channel_sentence, file_of
from core.actors import key_of
from organisation.models import Policy
from outbox.reply_addresses import address_in

REQUEST, CANCEL = "REQUEST", "CANCEL"


def calendar_of(booking: Booking, policy: Policy, *, method: str, language: str, now: datetime) -> str:
    """The candidate's iCalendar object of this state of the talk."""
    with translation.override(language):
        summary = _("Talk with %(name)s") % {"name": booking.advisor.name}
        if policy.employer_name:
            summary = f"{summary} ({policy.short_name or policy.employer_name})"
        location = _place(booking)
    talk = _talk(booking, policy, booking.advisor, now=now)
    talk = replace(talk, summary=summary, description=channel_sentence(booking, language), location=location)
    return _object(talk, method)


def calendar_of_advisor(
    booking: Booking, policy: Policy, advisor: Advisor, *, method: str, language: str, now: datetime
) -> str:
    """The same talk in the advisor's own calendar; who lost it to a colleague cannot open the file any more."""
    talk = _talk(booking, policy, advisor, now=now)
    room = advisor.video_url if booking.channel == TalkChannel.VIDEO else ""
    with translation.override(language):
        location = room or _place(booking)
        talk = replace(talk, summary=neutral_title(booking), location=location)
    if advisor == booking.advisor:
        talk = replace(talk, description=file_of(booking))
    return _object(talk, method)


def calendar_without_candidate(booking: Booking, policy: Policy, *, now: datetime) -> str:
    """Takes a talk out of the advisor's calendar, and names nobody else."""
    advisor = booking.advisor
    talk = _talk(booking, policy, advisor, now=now)
    with translation.override(policy.default_language):
        talk = replace(talk, summary=neutral_title(booking))
    return _object(replace(talk, attendees=talk.attendees[1:]), CANCEL)


def _talk(booking: Booking, policy: Policy, advisor: Advisor, *, now: datetime) -> ical.Talk:
    """What the calendars of both have in common."""
    candidate = booking.candidate
    return ical.Talk(
        uid=uid_of(booking),
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary="",
        description="",
        location="",
        url="",
        organiser=ical.Party(policy.sender_name, organiser_of(booking, policy)),
        attendees=(ical.Party(candidate.full_name, candidate.email), ical.Party(advisor.name, advisor.user.email)),
        stamped_at=now,
    )


def _place(booking: Booking) -> str:
    """With the address, which a map finds and of which a change shows; the language is on."""
    return address_in_words(booking.location) if booking.location else str(booking.get_channel_display())


def _object(talk: ical.Talk, method: str) -> str:
    return (ical.cancellation(talk) if method == CANCEL else ical.invite(talk)).decode()


def neutral_title(booking: Booking) -> str:
    """ "Gesprek: telefonisch": no name, in the language that is on."""
    how = str(booking.get_channel_display())
    return _("Talk: %(how)s") % {"how": how[:1].lower() + how[1:]}


def organiser_of(booking: Booking, policy: Policy) -> str:
    """Who organises stays the same for life: programs answer to it, and refuse a change by somebody else."""
    return address_in(booking.organiser or policy.sender_email, key_of(booking))


def uid_of(booking: Booking) -> str:
    """Of the calendar event; the same in every invite, feed and calendar, also when the site moves to another host.

    A UUID is unique by itself (RFC 7986, 5.3); what follows says only whose it is.
    """
    return f"{booking.uid}@spreekuur"
