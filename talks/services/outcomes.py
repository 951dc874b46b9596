"""How a talk went: held, or missed each other. A cancellation is the room below's."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bookings.models import Booking
from candidates.contact import touch
from core.actors import Actor, key_of
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from talks import notifications
from talks.errors import NotStartedYet, TalkCancelled, TooLateToCorrect

Status = Booking.Status


def mark_completed(*, booking: Booking, actor: Actor, now: datetime) -> Booking:
    """The talk was held; a mark of "missed" is corrected on the same day. Twice is the same as once.

    Raises NotStartedYet, TalkCancelled, TooLateToCorrect.
    """
    with audit.refusals_recorded("talk.complete", booking, actor=actor, now=now), transaction.atomic():
        booking, was = _mark(booking, Status.COMPLETED, now)
        if was == Status.COMPLETED:
            return booking
        touch(booking.candidate, now=now)
        if was == Status.NO_SHOW:
            outbox.withdraw(about=key_of(booking), kinds=["no_show"], now=now)
        audit.record("talk.complete", booking, actor=actor, result=_result(was), now=now)
    return booking


def mark_no_show(*, booking: Booking, actor: Actor, now: datetime) -> Booking:
    """They missed each other: a kind letter with a new choice. Refuses as `mark_completed` does."""
    with audit.refusals_recorded("talk.no_show", booking, actor=actor, now=now), transaction.atomic():
        booking, was = _mark(booking, Status.NO_SHOW, now)
        if was == Status.NO_SHOW:
            return booking
        touch(booking.candidate, now=now)
        audit.record("talk.no_show", booking, actor=actor, result=_result(was), now=now)
        outbox.post(notifications.no_show(booking, Policy.objects.current(), now=now), now=now)
    return booking


def _mark(booking: Booking, status: Booking.Status, now: datetime) -> tuple[Booking, str]:
    """The booking as it is now, and which status it had."""
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
    outbox.withdraw(about=key_of(marked), kinds=["advisor_outcome"], now=now)
    return marked, was


def _result(was: str) -> str:
    return "done" if was == Status.BOOKED else "corrected"
