"""How invitations, slots and bookings look to programs. Values in, plain JSON out."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from advisors.availability.slots import Slot
from bookings.availability.options import Host
from bookings.availability.slot_listing import value_at, value_of
from bookings.models import Booking, Invitation


def slots_in_json(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Written out in one loop: a pool has thousands."""
    return [
        {
            "starts_at": value_at(start),
            "ends_at": value_at(start + terms.length),
            "advisor": advisor_id,
            "channels": in_order(terms.channels),
        }
        for start, advisor_id, terms in slots
    ]


@lru_cache(maxsize=64)
def in_order(channels: frozenset[str]) -> list[str]:
    return sorted(channels)


def host_in_json(host: Host) -> dict[str, Any]:
    return {
        "id": host.advisor_id,
        "name": host.name,
        "languages": sorted(host.languages),
        "channels": sorted(host.channels),
    }


def booking_in_json(booking: Booking) -> dict[str, Any]:
    return {
        "status": booking.status,
        "starts_at": value_of(booking.starts_at),
        "ends_at": value_of(booking.ends_at),
        "advisor": booking.advisor_id,
        "channel": booking.channel,
        "language": booking.language,
        "cancelled_by": booking.cancelled_by or None,
        "moved_count": booking.moved_count,
    }


def invitation_in_json(invitation: Invitation, booking: Booking | None) -> dict[str, Any]:
    """`booking` is the one that counts: standing, or else the latest."""
    return {
        "key": str(invitation.key),
        "application": invitation.application.external_id,
        "sent_at": value_of(invitation.sent_at),
        "open_until": invitation.open_until.isoformat(),
        "is_withdrawn": invitation.withdrawn_at is not None,
        "booking": booking_in_json(booking) if booking else None,
    }


def booking_that_counts(bookings: list[Booking]) -> Booking | None:
    """The one that stands, then the one that was held, then the latest that came to nothing."""
    rank = {Booking.Status.BOOKED.value: 0, Booking.Status.COMPLETED.value: 1}
    latest_first = sorted(bookings, key=lambda booking: (booking.starts_at, booking.pk), reverse=True)
    return min(latest_first, key=lambda booking: rank.get(booking.status, 2), default=None)
