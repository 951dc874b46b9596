"""Cancelling a talk: by the candidate until it starts, by the advisor until it is over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from advisors.services import give_time_back
from bookings import messages
from bookings.models import Booking, Invitation
from bookings.refusals import AlreadyStarted, NotStanding, TalkOver
from candidates.services.contact import touch
from organisation import audit
from organisation.actors import Actor, key_of
from organisation.models import Policy
from outbox import services as outbox


def cancel(*, booking: Booking, by: Booking.CancelledBy, actor: Actor, now: datetime, word: str = "") -> Booking:
    """Give the time back and tell both; after policy's limit it is marked late, never refused for that.

    `word` is a line from the advisor to the candidate. Cancelling twice is the same as once.
    Raises NotStanding (it was held, or missed), AlreadyStarted and TalkOver.
    """
    with audit.refusals_recorded("booking.cancel", booking, actor=actor, now=now):
        return _cancel(booking, by, actor, now, word)


@transaction.atomic
def _cancel(booking: Booking, by: Booking.CancelledBy, actor: Actor, now: datetime, word: str) -> Booking:
    policy = Policy.objects.current()
    cancelled = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    if cancelled.status == Booking.Status.CANCELLED:
        return cancelled
    if cancelled.status != Booking.Status.BOOKED:
        raise NotStanding
    if now >= cancelled.starts_at and by == Booking.CancelledBy.CANDIDATE:
        raise AlreadyStarted
    if now >= cancelled.ends_at:
        raise TalkOver
    entry_id = cancelled.entry_id
    _mark(cancelled, by, policy, now)
    give_time_back(entry_id)
    if by == Booking.CancelledBy.ADVISOR:
        _stay_open(cancelled, policy, now)
    touch(cancelled.candidate, now=now)
    outbox.withdraw(about=key_of(cancelled), now=now)
    audit.record("booking.cancel", cancelled, actor=actor, now=now)
    outbox.post(*messages.cancelled(cancelled, policy, word=word, now=now), now=now)
    return cancelled


def _mark(booking: Booking, by: Booking.CancelledBy, policy: Policy, now: datetime) -> None:
    limit = booking.starts_at - timedelta(hours=policy.cancel_until_hours)
    booking.status = Booking.Status.CANCELLED
    booking.entry = None
    booking.cancelled_at, booking.cancelled_by = now, by
    booking.is_late_cancellation = by == Booking.CancelledBy.CANDIDATE and now > limit
    booking.sequence += 1
    booking.save()


def _stay_open(booking: Booking, policy: Policy, now: datetime) -> None:
    """It was not the candidate's doing: there is as much time to choose anew as there was at first."""
    until = timezone.localdate(now) + timedelta(days=policy.invitation_valid_days)
    Invitation.objects.filter(pk=booking.invitation_id, open_until__lt=until).update(open_until=until)
