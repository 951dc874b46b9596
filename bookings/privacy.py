"""Export and erasure of invitations, bookings, holds and waitlist entries."""

from typing import Any

from advisors.models import AgendaEntry
from bookings.models import Booking, Hold, Invitation, InvitationQuerySet, WaitlistEntry
from core.actors import pk_from_key

INVITATION_FIELDS = ("sent_at", "open_until", "reminded_at", "declined_at", "withdrawn_at")
BOOKING_FIELDS = (
    "starts_at",
    "ends_at",
    "channel",
    "language",
    "phone",
    "wants_sms",
    "question",
    "status",
    "booked_at",
    "moved_at",
    "moved_count",
    "cancelled_at",
    "cancelled_by",
    "closed_at",
)
WAITLIST_FIELDS = ("weekdays", "day_parts", "channels", "language", "wants_sms", "joined_at", "ended_at")
REPLY_FIELDS = ("answer", "sequence", "stamped_at", "received_at", "proposed_starts_at", "proposed_is_free")
HOLD_FIELDS = (
    "starts_at",
    "ends_at",
    "channel",
    "language",
    "reason",
    "state",
    "offered_at",
    "expires_at",
    "ended_at",
)


def export(person_key: str) -> list[dict[str, Any]]:
    """Invitations of a candidate, oldest first, with bookings, topics, questions and waitlist preferences."""
    own = _invitations_of(person_key).select_related("application__vacancy", "waitlist_entry")
    complete = own.prefetch_related(
        "bookings__topics",
        "bookings__calendar_replies",
        "bookings__advisor__user",
        "bookings__location",
        "holds__advisor__user",
    )
    return [_invitation(invitation) for invitation in complete.order_by("sent_at", "pk")]


def erase(person_key: str) -> int:
    """Delete the rows of a candidate and release the time. Upper apps must delete theirs first. Returns how many."""
    own = _invitations_of(person_key)
    bookings, holds = Booking.objects.filter(invitation__in=own), Hold.objects.filter(invitation__in=own)
    entries = [key for rows in (bookings, holds) for key in rows.values_list("entry_id", flat=True) if key]
    waiting = WaitlistEntry.objects.filter(invitation__in=own)
    erased = bookings.delete()[0] + holds.delete()[0] + waiting.delete()[0]
    AgendaEntry.objects.filter(pk__in=entries).delete()
    return erased + own.delete()[0]


def _invitations_of(person_key: str) -> InvitationQuerySet:
    return Invitation.objects.filter(application__candidate_id=pk_from_key(person_key, "candidate"))


def _invitation(invitation: Invitation) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(invitation, name) for name in INVITATION_FIELDS}
    bookings = [_booking(booking) for booking in invitation.bookings.all()]
    return {
        "vacancy": invitation.application.vacancy.title,
        **known,
        "bookings": bookings,
        "waiting_list": _waitlist(invitation),
        "held_moments": [_hold(hold) for hold in invitation.holds.all()],
    }


def _waitlist(invitation: Invitation) -> dict[str, Any] | None:
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    if entry is None:
        return None
    return {**{name: getattr(entry, name) for name in WAITLIST_FIELDS}, "phone": str(entry.phone)}


def _hold(hold: Hold) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(hold, name) for name in HOLD_FIELDS}
    return {**known, "advisor": hold.advisor.name}


def _booking(booking: Booking) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(booking, name) for name in BOOKING_FIELDS}
    return {
        **known,
        "phone": str(booking.phone),
        "advisor": booking.advisor.name,
        "chosen_because": booking.chosen_because.get("rule", ""),  # the other values are about colleagues
        "location": str(booking.location) if booking.location else "",
        "topics": [topic.code for topic in booking.topics.all()],
        "answers_of_calendars": [
            {name: getattr(reply, name) for name in REPLY_FIELDS}
            for reply in booking.calendar_replies.all()
            if reply.is_of_candidate
        ],
    }
