"""Mark a talk as completed or no-show. Cancelling is in `bookings`."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bookings.models import Booking
from candidates.contact import record_contact
from core.actors import Actor, object_key
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from talks import notifications
from talks.errors import NotStartedYet, TalkCancelled, TooLateToCorrect

Status = Booking.Status


def mark_completed(*, booking: Booking, actor: Actor, now: datetime) -> Booking:
    """Mark the talk as completed, also to correct a no-show of the same day. Idempotent.

    Raises NotStartedYet, TalkCancelled, TooLateToCorrect.
    """
    with audit.record_refusals("talk.complete", booking, actor=actor, now=now), transaction.atomic():
        booking, was = _mark(booking, Status.COMPLETED, now)
        if was == Status.COMPLETED:
            return booking
        record_contact(booking.candidate, now=now)
        if was == Status.NO_SHOW:
            outbox.withdraw(about=object_key(booking), kinds=["no_show"], now=now)
        audit.record("talk.complete", booking, actor=actor, result=_result(was), now=now)
    return booking


def mark_no_show(*, booking: Booking, actor: Actor, now: datetime) -> Booking:
    """Mark the talk as no-show and mail the candidate. Idempotent. Raises what `mark_completed` raises."""
    with audit.record_refusals("talk.no_show", booking, actor=actor, now=now), transaction.atomic():
        booking, was = _mark(booking, Status.NO_SHOW, now)
        if was == Status.NO_SHOW:
            return booking
        record_contact(booking.candidate, now=now)
        audit.record("talk.no_show", booking, actor=actor, result=_result(was), now=now)
        outbox.post(notifications.no_show(booking, Policy.objects.current(), now=now), now=now)
    return booking


def _mark(booking: Booking, status: Booking.Status, now: datetime) -> tuple[Booking, str]:
    """Set the status and return the locked booking with its previous status."""
    marked = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    was = marked.status
    if was == Status.CANCELLED:
        raise TalkCancelled
    if was == status:
        return marked, was
    if now < marked.starts_at:
        raise NotStartedYet
    if marked.closed_at and timezone.localdate(marked.closed_at) != timezone.localdate(now):
        raise TooLateToCorrect
    marked.status, marked.closed_at = status, now
    marked.save(update_fields=["status", "closed_at"])
    outbox.withdraw(about=object_key(marked), kinds=["advisor_outcome"], now=now)
    return marked, was


def _result(was: str) -> str:
    return "done" if was == Status.BOOKED else "corrected"
