"""Convert invitations, slots and bookings to JSON for API clients."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from advisors.availability.slots import Slot
from bookings.availability.options import BookableAdvisor
from bookings.availability.slot_listing import format_start, format_start_second
from bookings.models import Booking, Invitation


def slots_to_json(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Convert slots in one expression, because there can be thousands."""
    return [
        {
            "starts_at": format_start_second(start),
            "ends_at": format_start_second(start + rules.length),
            "advisor": advisor_id,
            "channels": sorted_channels(rules.channels),
        }
        for start, advisor_id, rules in slots
    ]


@lru_cache(maxsize=64)
def sorted_channels(channels: frozenset[str]) -> list[str]:
    return sorted(channels)


def advisor_to_json(advisor: BookableAdvisor) -> dict[str, Any]:
    return {
        "id": advisor.advisor_id,
        "name": advisor.name,
        "languages": sorted(advisor.languages),
        "channels": sorted(advisor.channels),
    }


def booking_to_json(booking: Booking) -> dict[str, Any]:
    return {
        "status": booking.status,
        "starts_at": format_start(booking.starts_at),
        "ends_at": format_start(booking.ends_at),
        "advisor": booking.advisor_id,
        "channel": booking.channel,
        "language": booking.language,
        "cancelled_by": booking.cancelled_by or None,
        "moved_count": booking.moved_count,
    }


def invitation_to_json(invitation: Invitation, booking: Booking | None) -> dict[str, Any]:
    """Convert an invitation with its relevant booking, see `relevant_booking`."""
    return {
        "key": str(invitation.key),
        "application": invitation.application.external_id,
        "sent_at": format_start(invitation.sent_at),
        "open_until": invitation.open_until.isoformat(),
        "is_withdrawn": invitation.withdrawn_at is not None,
        "booking": booking_to_json(booking) if booking else None,
    }


def relevant_booking(bookings: list[Booking]) -> Booking | None:
    """The booked appointment, or else the completed one, or else the latest."""
    rank = {Booking.Status.BOOKED.value: 0, Booking.Status.COMPLETED.value: 1}
    latest_first = sorted(bookings, key=lambda booking: (booking.starts_at, booking.pk), reverse=True)
    return min(latest_first, key=lambda booking: rank.get(booking.status, 2), default=None)
