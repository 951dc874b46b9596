"""Export and erase what we keep of somebody's way to a talk."""

from typing import Any

from advisors.models import AgendaEntry
from bookings.models import Booking, Invitation, InvitationQuerySet

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


def export(person_key: str) -> list[dict[str, Any]]:
    """Every invitation of a candidate, oldest first, with its appointments, topics and questions."""
    own = _invitations_of(person_key).select_related("application__vacancy")
    complete = own.prefetch_related("bookings__topics", "bookings__advisor__user", "bookings__location")
    return [_invitation(invitation) for invitation in complete.order_by("sent_at", "pk")]


def erase(person_key: str) -> int:
    """Nothing of this stays and the time is free again; what upper rooms hang on it must be gone. Returns how many."""
    bookings = Booking.objects.filter(invitation__in=_invitations_of(person_key))
    entries = [key for key in bookings.values_list("entry_id", flat=True) if key]
    erased = bookings.delete()[0]
    AgendaEntry.objects.filter(pk__in=entries).delete()
    return erased + _invitations_of(person_key).delete()[0]


def _invitations_of(person_key: str) -> InvitationQuerySet:
    kind, _colon, number = person_key.partition(":")
    if kind != "candidate" or not number.isdecimal():
        return Invitation.objects.none()
    return Invitation.objects.filter(application__candidate_id=int(number))


def _invitation(invitation: Invitation) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(invitation, name) for name in INVITATION_FIELDS}
    bookings = [_booking(booking) for booking in invitation.bookings.all()]
    return {"vacancy": invitation.application.vacancy.title, **known, "bookings": bookings}


def _booking(booking: Booking) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(booking, name) for name in BOOKING_FIELDS}
    return {
        **known,
        "phone": str(booking.phone),
        "advisor": booking.advisor.name,
        "location": str(booking.location) if booking.location else "",
        "topics": [topic.code for topic in booking.topics.all()],
    }
