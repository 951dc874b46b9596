"""Send a new invite when the location of a booking changes: the video room of the advisor or the address of the site.

A change is found by comparing the stored hash with the current one, so it does not matter where it was made.
"""

from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from advisors.models import Advisor, TalkChannel
from bookings import notifications
from bookings.calendar.invites import booking_location_hash, location_hash
from bookings.locks import lock_invitation
from bookings.models import Booking, BookingQuerySet
from bookings.notifications.withdraw import cancel_pending_reminders
from core.actors import SYSTEM, object_key
from core.batch import run_each
from organisation import audit
from organisation.models import Location, Policy
from outbox import services as outbox

BATCH_SIZE = 300  # per run, so that a changed building does not delay reminders; the rest follows a minute later
CHANNELS_WITH_LOCATION = (TalkChannel.VIDEO, TalkChannel.ONSITE)


class _Location(NamedTuple):
    """Fields that bookings with the same location and stored hash share."""

    channel: str
    advisor_id: int
    location_id: int | None
    place_told: str

    def bookings(self, now: datetime) -> QuerySet[Booking]:
        return _upcoming(now).filter(**self._asdict())


def announce_location_changes(*, now: datetime) -> int:
    """Send new invites for bookings whose location differs from the last invite; return the number of bookings.

    Three statements to find them, for any number of bookings; the earliest booking of a location comes first. A booking
    without a stored hash (from an older version) gets the current one and no message.
    """
    policy = Policy.objects.current()
    keys = list[int]()
    for location, current_hash in _changed(now):
        if location.place_told:
            keys += location.bookings(now).values_list("pk", flat=True)[: BATCH_SIZE - len(keys)]
        else:
            location.bookings(now).update(place_told=current_hash)
    return run_each(keys, partial(_announce, policy=policy, now=now), name="booking")


def _upcoming(now: datetime) -> BookingQuerySet:
    return Booking.objects.booked().filter(starts_at__gt=now, channel__in=CHANNELS_WITH_LOCATION)


def _changed(now: datetime) -> list[tuple[_Location, str]]:
    """Locations whose stored hash differs, each with the current hash."""
    stored = [_Location(*values) for values in _upcoming(now).order_by().values_list(*_Location._fields).distinct()]
    advisors = Advisor.objects.in_bulk({one.advisor_id for one in stored})
    locations = Location.objects.in_bulk({one.location_id for one in stored if one.location_id})
    found = [
        (one, location_hash(one.channel, advisors[one.advisor_id], locations.get(one.location_id or 0)))
        for one in stored
    ]
    return [(one, current_hash) for one, current_hash in found if current_hash != one.place_told]


def _lock(booking_id: int, now: datetime) -> Booking | None:
    """Lock the invitation, then the booking, so that no reminder is posted meanwhile; None when it is not upcoming."""
    found = _upcoming(now).filter(pk=booking_id)
    invitation_id = found.values_list("invitation_id", flat=True).first()
    if invitation_id is None:
        return None
    lock_invitation(invitation_id)
    return found.select_for_update(no_key=True, of=("self",)).for_letters().first()


@transaction.atomic
def _announce(booking_id: int, *, policy: Policy, now: datetime) -> bool:
    """Post the new invites; False when another worker did, or when the booking was moved or cancelled meanwhile."""
    booking = _lock(booking_id, now)
    if booking is None or (current_hash := booking_location_hash(booking)) == booking.place_told:
        return False
    booking.place_told, booking.sequence = current_hash, booking.sequence + 1
    outbox.withdraw(about=object_key(booking), kinds=("changed_place", "advisor_changed_place"), now=now)
    cancel_pending_reminders(booking, now=now)  # they may name the old location, and are posted again
    booking.save(update_fields=["place_told", "sequence", "text_reminder_at", "mail_reminder_at"])
    audit.record("booking.change_place", booking, actor=SYSTEM, now=now)
    outbox.post(*notifications.location_changed(booking, policy, now=now), now=now)
    return True
