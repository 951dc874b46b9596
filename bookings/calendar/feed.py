"""Calendar feed of an advisor: active bookings and those of the last weeks, without a word about rejections."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import AgendaFeed
from bookings.calendar import ical
from bookings.calendar.invites import event_uid, neutral_title
from bookings.models import Booking
from organisation.models import Policy

LOOK_BACK = timedelta(days=28)


def build_feed(feed: AgendaFeed, *, now: datetime) -> bytes:
    """Feed as iCalendar, in three statements; byte for byte the same until its content changes."""
    policy = Policy.objects.current()
    talks = (
        Booking.objects.visible_to(feed.advisor.user)
        .filter(~Q(status=Booking.Status.CANCELLED), ends_at__gt=now - LOOK_BACK)
        .select_related("invitation__application__candidate", "location")
        .order_by("starts_at", "pk")
    )
    with translation.override(policy.default_language):  # as messages to staff are
        events = [_event(booking, feed) for booking in talks]
        name = _("Talks of %(name)s") % {"name": feed.advisor.name}
    employer = policy.short_name or policy.employer_name
    return ical.feed_object(events, name=f"{name} ({employer})" if employer else name)


def _event(booking: Booking, feed: AgendaFeed) -> ical.CalendarEvent:
    how, language = booking.get_channel_display(), booking.get_language_display()
    return ical.CalendarEvent(
        uid=event_uid(booking),
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=_title(booking, feed),
        description=f"{how}, {language}",
        location=_place(booking, feed),
        url=settings.PUBLIC_URL + reverse("talks:file", args=[booking.pk]),  # requires sign-in
        organiser=None,
        attendees=(),
        stamped_at=max(filter(None, (booking.booked_at, booking.moved_at, booking.closed_at))),
    )


def _title(booking: Booking, feed: AgendaFeed) -> str:
    if feed.shows_names:
        return _("Talk with %(name)s") % {"name": booking.candidate.full_name}
    return neutral_title(booking)


def _place(booking: Booking, feed: AgendaFeed) -> str:
    """Video URL or address; never a candidate's phone number."""
    if booking.channel == "video":
        return feed.advisor.video_url
    place = booking.location
    return ", ".join(part for part in (place.name, place.address, place.city) if part) if place else ""
