"""Calendar invites and cancellations for candidate and advisor; neutral, because others may see a calendar."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import Advisor, TalkChannel
from bookings.calendar import ical
from bookings.models import Booking
from bookings.wording import channel_sentence, file_url, format_address
from core.actors import object_key
from organisation.models import Location, Policy
from outbox.reply_addresses import address_from_template

REQUEST, CANCEL = "REQUEST", "CANCEL"


def candidate_invite(booking: Booking, policy: Policy, *, method: str, language: str, now: datetime) -> str:
    """iCalendar object for the candidate, of the current state of the booking."""
    with translation.override(language):
        summary = _("Talk with %(name)s") % {"name": booking.advisor.name}
        if policy.employer_name:
            summary = f"{summary} ({policy.short_name or policy.employer_name})"
        location = _place(booking)
    event = _event(booking, policy, booking.advisor, now=now)
    event = replace(event, summary=summary, description=channel_sentence(booking, language), location=location)
    return _object(event, method)


def advisor_invite(
    booking: Booking, policy: Policy, advisor: Advisor, *, method: str, language: str, now: datetime
) -> str:
    """iCalendar object for an advisor; a former advisor gets no URL of the file, which they can no longer open."""
    event = _event(booking, policy, advisor, now=now)
    room = advisor.video_url if booking.channel == TalkChannel.VIDEO else ""
    with translation.override(language):
        location = room or _place(booking)
        event = replace(event, summary=neutral_title(booking), location=location)
    if advisor == booking.advisor:
        event = replace(event, description=file_url(booking))
    return _object(event, method)


def anonymous_cancellation(booking: Booking, policy: Policy, *, now: datetime) -> str:
    """Cancellation for the advisor's calendar that does not name the candidate."""
    advisor = booking.advisor
    event = _event(booking, policy, advisor, now=now)
    with translation.override(policy.default_language):
        event = replace(event, summary=neutral_title(booking))
    return _object(replace(event, attendees=event.attendees[1:]), CANCEL)


def _event(booking: Booking, policy: Policy, advisor: Advisor, *, now: datetime) -> ical.CalendarEvent:
    """Event values that both calendars share."""
    candidate = booking.candidate
    return ical.CalendarEvent(
        uid=event_uid(booking),
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary="",
        description="",
        location="",
        url="",
        organiser=ical.Participant(policy.sender_name, organiser_address(booking, policy)),
        attendees=(
            ical.Participant(candidate.full_name, candidate.email),
            ical.Participant(advisor.name, advisor.user.email),
        ),
        stamped_at=now,
    )


def _place(booking: Booking) -> str:
    """Address, which a map can find, or the channel; in the active language."""
    return format_address(booking.location) if booking.location else str(booking.get_channel_display())


def _object(event: ical.CalendarEvent, method: str) -> str:
    return (ical.cancellation_object(event) if method == CANCEL else ical.invite_object(event)).decode()


def neutral_title(booking: Booking) -> str:
    """Title without a name, such as "Gesprek: telefonisch", in the active language."""
    how = str(booking.get_channel_display())
    return _("Talk: %(how)s") % {"how": how[:1].lower() + how[1:]}


def organiser_address(booking: Booking, policy: Policy) -> str:
    """ORGANIZER address, which never changes: clients reply to it and refuse changes by another organiser."""
    return address_from_template(booking.organiser or policy.sender_email, object_key(booking))


def event_uid(booking: Booking) -> str:
    """UID of the calendar event, the same in every invite and feed, also after the site moves to another host.

    A UUID is unique by itself (RFC 7986, 5.3); the suffix only names the product.
    """
    return f"{booking.uid}@spreekuur"


def booking_location_hash(booking: Booking) -> str:
    """Hash of the current location of a booking; queries the advisor or location when not loaded."""
    if booking.channel == TalkChannel.VIDEO:
        return location_hash(booking.channel, booking.advisor, None)
    return location_hash(booking.channel, None, booking.location)


def location_hash(channel: str, advisor: Advisor | None, location: Location | None) -> str:
    """Hash of the video URL or the address; empty for a phone call, which has no location."""
    if channel == TalkChannel.PHONE:
        return ""
    room = advisor.video_url if advisor and channel == TalkChannel.VIDEO else ""
    address = format_address(location) if location and channel == TalkChannel.ONSITE else ""
    return sha256(f"{channel}\n{room}\n{address}".encode()).hexdigest()
