"""What an advisor's feed tells: the talks that stand, and those of the last weeks. Never a word of a rejection."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import AgendaFeed
from bookings.calendar import ical
from bookings.calendar.invites import neutral_title, uid_of
from bookings.models import Booking
from organisation.models import Policy

LOOKS_BACK = timedelta(days=28)


def feed_of(feed: AgendaFeed, *, now: datetime) -> bytes:
    """An iCalendar object in three statements; the same bytes as long as nothing that it tells has changed."""
    policy = Policy.objects.current()
    talks = (
        Booking.objects.visible_to(feed.advisor.user)
        .filter(~Q(status=Booking.Status.CANCELLED), ends_at__gt=now - LOOKS_BACK)
        .select_related("invitation__application__candidate", "location")
        .order_by("starts_at", "pk")
    )
    with translation.override(policy.default_language):  # of the house, as letters to staff are
        told = [_talk(booking, feed) for booking in talks]
        name = _("Talks of %(name)s") % {"name": feed.advisor.name}
    employer = policy.short_name or policy.employer_name
    return ical.publication(told, name=f"{name} ({employer})" if employer else name)


def _talk(booking: Booking, feed: AgendaFeed) -> ical.Talk:
    how, language = booking.get_channel_display(), booking.get_language_display()
    return ical.Talk(
        uid=uid_of(booking),
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=_title(booking, feed),
        description=f"{how}, {language}",
        location=_place(booking, feed),
        url=settings.PUBLIC_URL + reverse("talks:file", args=[booking.pk]),  # behind the sign-in
        organiser=None,
        attendees=(),
        stamped_at=max(filter(None, (booking.booked_at, booking.moved_at, booking.closed_at))),
    )


def _title(booking: Booking, feed: AgendaFeed) -> str:
    if feed.shows_names:
        return _("Talk with %(name)s") % {"name": booking.candidate.full_name}
    return neutral_title(booking)


def _place(booking: Booking, feed: AgendaFeed) -> str:
    """The number of a candidate stays out of it."""
    if booking.channel == "video":
        return feed.advisor.video_url
    place = booking.location
    return ", ".join(part for part in (place.name, place.address, place.city) if part) if place else ""
