"""The right mail address of a candidate, and what could not be read at the wrong one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bookings import notifications
from bookings.models import Booking, Invitation
from candidates.bounced_addresses import change_address
from candidates.contact import OFFERS
from candidates.models import Candidate
from core.actors import Actor, key_of
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import Draft

STATE_OF_A_TALK = (
    "confirmation",
    "moved",
    "handed_over",
    "changed_place",
)  # the letters that a new confirmation replaces


@transaction.atomic
def correct_address(*, candidate: Candidate, email: str, actor: Actor, now: datetime) -> int:
    """Write to this address from now on, and say there what stands. Returns how many letters leave.

    The talks that are ahead, and the invitations that still wait for an answer; asked twice, it is done once.
    """
    if not change_address(candidate=candidate, email=email, actor=actor, now=now):
        return 0
    drafts = list(_what_stands(candidate, now=now))
    outbox.post(*drafts, now=now)
    return len(drafts)


def _what_stands(candidate: Candidate, *, now: datetime) -> Iterator[Draft]:
    policy = Policy.objects.current()
    standing = Booking.objects.standing().filter(invitation__application__candidate=candidate, starts_at__gt=now)
    for talk in notifications.with_all_that_letters_need(standing):
        outbox.withdraw(about=key_of(talk), kinds=STATE_OF_A_TALK, channel="mail", now=now)
        yield _once_more(notifications.booked(talk, policy, now=now)[0], now=now)
    for invitation in _unanswered(candidate, now=now):
        outbox.withdraw(about=key_of(invitation), kinds=OFFERS, now=now)
        yield _once_more(notifications.invitation(invitation, policy), now=now)


def _unanswered(candidate: Candidate, *, now: datetime) -> QuerySet[Invitation]:
    """Not after a no, and not after a talk: what became of that the recruiter tells on the phone."""
    may_be_read = (
        Invitation.objects.of_candidate(candidate)
        .open(timezone.localdate(now))
        .filter(
            declined_at__isnull=True,
            bookings__isnull=True,
            waitlist_entry__isnull=True,
            application__candidate__messages_stopped_at__isnull=True,
        )
    )
    return may_be_read.select_related("application__candidate", "application__vacancy")


def _once_more(draft: Draft, *, now: datetime) -> Draft:
    return replace(draft, dedupe_key=f"{draft.dedupe_key}:again={now:%Y-%m-%dT%H:%M:%SZ}")
