"""A talk that is elsewhere than its invite says: the room of the advisor has another address, or the location has.

By looking at what differs, so that it does not matter who changed it, or how.
"""

from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from advisors.models import Advisor, TalkChannel
from bookings import notifications
from bookings.calendar.location_hash import digest_of_place, place_of
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import take_reminders_back
from core.actors import SYSTEM, key_of
from core.batch import do_each
from organisation import audit
from organisation.models import Location, Policy
from outbox import services as outbox

AT_ONCE = 300  # talks in one run, so that reminders do not wait for a whole building; the rest a minute later
SOMEWHERE = (TalkChannel.VIDEO, TalkChannel.ONSITE)


class _Place(NamedTuple):
    """What talks at one place have in common."""

    channel: str
    advisor_id: int
    location_id: int | None
    place_told: str

    def talks(self, now: datetime) -> QuerySet[Booking]:
        return _ahead(now).filter(**self._asdict())


def tell_changed_places(*, now: datetime) -> int:
    """A new invite to everybody whose talk is at another place than they were told. Returns how many talks.

    Three statements to look, whatever the number of talks; at one place the soonest talk first. Talks of before we kept
    this are taken to be where they were told.
    """
    policy = Policy.objects.current()
    keys = list[int]()
    for place, digest in _differing(now):
        if place.place_told:
            keys += place.talks(now).values_list("pk", flat=True)[: AT_ONCE - len(keys)]
        else:
            place.talks(now).update(place_told=digest)
    return do_each(keys, partial(_tell, policy=policy, now=now), name="booking")


def _ahead(now: datetime) -> QuerySet[Booking]:
    return Booking.objects.standing().filter(starts_at__gt=now, channel__in=SOMEWHERE)


def _differing(now: datetime) -> list[tuple[_Place, str]]:
    """Each place of which talks were told something else than what it is, with what it is."""
    told = _ahead(now).order_by().values_list(*_Place._fields).distinct()
    places = [_Place(*values) for values in told]
    advisors = Advisor.objects.in_bulk({place.advisor_id for place in places})
    locations = Location.objects.in_bulk({place.location_id for place in places if place.location_id})
    found = [
        (place, digest_of_place(place.channel, advisors[place.advisor_id], locations.get(place.location_id or 0)))
        for place in places
    ]
    return [(place, digest) for place, digest in found if digest != place.place_told]


def _locked(booking_id: int, now: datetime) -> Booking | None:
    """The talk as it is now. A reminder that is written meanwhile comes before or after, and keeps its mark."""
    found = _ahead(now).filter(pk=booking_id)
    invitation_id = found.values_list("invitation_id", flat=True).first()
    if invitation_id is None:
        return None
    lock_invitation(invitation_id)
    return notifications.with_all_that_letters_need(found.select_for_update(no_key=True, of=("self",))).first()


@transaction.atomic
def _tell(booking_id: int, *, policy: Policy, now: datetime) -> bool:
    """False when somebody else did, or when the talk moved or was cancelled since the scan saw it."""
    booking = _locked(booking_id, now)
    if booking is None or (place := place_of(booking)) == booking.place_told:
        return False
    booking.place_told, booking.sequence = place, booking.sequence + 1
    outbox.withdraw(about=key_of(booking), kinds=("changed_place", "advisor_changed_place"), now=now)
    take_reminders_back(booking, now=now)  # they may name the place of before, and come again
    booking.save(update_fields=["place_told", "sequence", "text_reminder_at", "mail_reminder_at"])
    audit.record("booking.change_place", booking, actor=SYSTEM, now=now)
    outbox.post(*notifications.changed_place(booking, policy, now=now), now=now)
    return True
