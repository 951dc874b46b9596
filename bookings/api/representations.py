"""Convert invitations, slots and bookings to JSON for API clients."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from advisors.availability.slots import Slot
from bookings.availability.options import BookableAdvisor
from bookings.availability.slot_listing import format_start, format_start_second
from bookings.models import Booking, Invitation

SLOTS_ON_A_PAGE = 500
_start_of = attrgetter("start")


def first_slots(slots: list[Slot], *, since: datetime | None) -> tuple[list[Slot], str | None]:
    """Slots from `since`, about `SLOTS_ON_A_PAGE`, and the start of the next page, if any. Sorted by start.

    Slots of one start stay on one page, so that a start is enough to go on from.
    """
    first = bisect_left(slots, int(since.timestamp()), key=_start_of) if since else 0
    last = first + SLOTS_ON_A_PAGE
    if last >= len(slots):
        return slots[first:], None
    last = bisect_right(slots, slots[last - 1].start, key=_start_of)
    return slots[first:last], format_start_second(slots[last].start) if last < len(slots) else None


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
