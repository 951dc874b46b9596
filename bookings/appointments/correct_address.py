"""Correct a candidate's email address and send the current messages again to the new one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bookings import notifications
from bookings.models import Booking, Invitation
from candidates import bounced_addresses
from candidates.contact import INVITATION_KINDS
from candidates.models import Candidate
from core.actors import Actor, object_key
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import MessageDraft

CONFIRMATION_KINDS = ("confirmation", "moved", "handed_over", "changed_place")  # replaced by a new confirmation


@transaction.atomic
def correct_address(*, candidate: Candidate, email: str, actor: Actor, now: datetime) -> int:
    """Set the address, confirm upcoming bookings and repeat open invitations there; return the number of messages.

    A repeated call has no effect.
    """
    if not bounced_addresses.correct_address(candidate=candidate, email=email, actor=actor, now=now):
        return 0
    drafts = list(_current_messages(candidate, now=now))
    outbox.post(*drafts, now=now)
    return len(drafts)


def _current_messages(candidate: Candidate, *, now: datetime) -> Iterator[MessageDraft]:
    policy = Policy.objects.current()
    upcoming = Booking.objects.booked().filter(invitation__application__candidate=candidate, starts_at__gt=now)
    for booking in upcoming.for_letters():
        outbox.withdraw(about=object_key(booking), kinds=CONFIRMATION_KINDS, transport="mail", now=now)
        yield _repeated(notifications.booked(booking, policy, now=now)[0], now=now)
    for invitation in _unanswered(candidate, now=now):
        outbox.withdraw(about=object_key(invitation), kinds=INVITATION_KINDS, now=now)
        yield _repeated(notifications.invitation(invitation, policy), now=now)


def _unanswered(candidate: Candidate, *, now: datetime) -> QuerySet[Invitation]:
    """Open invitations without a booking, waitlist entry, refusal or opt-out of messages."""
    unanswered = (
        Invitation.objects.of_candidate(candidate)
        .open(timezone.localdate(now))
        .filter(
            declined_at__isnull=True,
            bookings__isnull=True,
            waitlist_entry__isnull=True,
            application__candidate__messages_stopped_at__isnull=True,
        )
    )
    return unanswered.select_related("application__candidate", "application__vacancy")


def _repeated(draft: MessageDraft, *, now: datetime) -> MessageDraft:
    return replace(draft, dedupe_key=f"{draft.dedupe_key}:again={now:%Y-%m-%dT%H:%M:%SZ}")
