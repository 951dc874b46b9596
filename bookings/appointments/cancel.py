"""Cancelling a talk: by the candidate until it starts, by the advisor until it is over, with other moments instead."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import free_slots_of
from advisors.availability.slots import Slot, Span
from advisors.services import give_time_back, lock_agenda
from bookings import notifications
from bookings.appointments.alternatives import Lost, moments_instead
from bookings.availability.queries import pool_of
from bookings.errors import AlreadyStarted, NotStanding, TalkOver
from bookings.holds import expiry_of, hold, question_for_hold
from bookings.locks import lock_invitation
from bookings.models import Booking, Hold, Invitation
from bookings.notifications.withdraw import take_letters_back
from bookings.requests import CHANNELS
from candidates.contact import touch
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

By = Booking.CancelledBy


@dataclass(frozen=True, kw_only=True)
class _Case:
    """Why and how we cancel, when the talk's advisor is away, and whether the employer is closed that day."""

    reason: Hold.Reason
    word: str
    away: Span | None
    is_closed: bool
    policy: Policy
    actor: Actor
    now: datetime


class _NotAllFree(Exception):
    """Somebody was first, or the advisor does not hold so many talks in one day or week."""


def cancel(*, booking: Booking, by: Booking.CancelledBy, actor: Actor, now: datetime, word: str = "") -> Booking:
    """Give the time back and tell both; after policy's limit it is marked late, never refused for that.

    `word` is a line from the advisor to the candidate, who then gets other moments as `offer_instead` gives them.
    Cancelling twice is the same as once. Raises NotStanding (it was held, or missed), AlreadyStarted and TalkOver.
    """
    if by == By.ADVISOR:
        offer_instead(booking=booking, reason=Hold.Reason.CANCELLED, word=word, actor=actor, now=now)
        return Booking.objects.get(pk=booking.pk)
    policy = Policy.objects.current()
    with audit.refusals_recorded("booking.cancel", booking, actor=actor, now=now), transaction.atomic():
        cancelled = _locked(booking)
        if cancelled.status != Booking.Status.CANCELLED:
            _end(cancelled, by, policy, actor, now)
            outbox.post(*notifications.cancelled(cancelled, policy, word=word, actor=actor, now=now), now=now)
    return cancelled


def offer_instead(
    *,
    booking: Booking,
    reason: Hold.Reason,
    word: str,
    actor: Actor,
    now: datetime,
    away: Span | None = None,
    is_closed: bool = False,
) -> list[Hold]:
    """Cancel the talk from our side and hold up to three other moments; they stand in the letter with the apology.

    None of them is with this talk's advisor in the time that they are `away`, also when no absence was entered.
    When it is because the employer `is_closed` on that day, both letters say so.
    What was done before is not done again: then the moments that stand are returned. Call it outside a transaction,
    and without an agenda's lock: it locks the agendas that it needs, in the order of their keys.
    Raises NotStanding and TalkOver.
    """
    policy = Policy.objects.current()
    case = _Case(reason=reason, word=word, away=away, is_closed=is_closed, policy=policy, actor=actor, now=now)
    with audit.refusals_recorded("booking.cancel", booking, actor=actor, now=now):
        slots = _moments_instead(booking, case)
        try:
            return _offer_instead(booking, {slot.advisor_id for slot in slots}, partial(_hold_all, slots), case)
        except _NotAllFree:
            pool = pool_of(booking.invitation).values_list("pk", flat=True)
            return _offer_instead(booking, set(pool), _hold_one_by_one, case)


@transaction.atomic
def _offer_instead(
    booking: Booking, agendas: set[int], hold_some: Callable[[Booking, _Case], list[Hold]], case: _Case
) -> list[Hold]:
    for advisor_id in sorted(agendas):
        lock_agenda(advisor_id)
    cancelled, policy, actor, now = _locked(booking), case.policy, case.actor, case.now
    if cancelled.status == Booking.Status.CANCELLED:
        return list(cancelled.invitation.holds.offered())
    _end(cancelled, By.ADVISOR, policy, actor, now)
    _stay_open(cancelled, policy, now)
    held = hold_some(cancelled, case)
    letters = notifications.cancelled(
        cancelled, policy, word=case.word, actor=actor, now=now, holds=held, is_closed=case.is_closed
    )
    outbox.post(*letters, now=now)
    return held


def _locked(seen: Booking) -> Booking:
    lock_invitation(seen.invitation_id)
    return Booking.objects.select_for_update(no_key=True).get(pk=seen.pk)


def _end(booking: Booking, by: Booking.CancelledBy, policy: Policy, actor: Actor, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise NotStanding
    if now >= booking.starts_at and by == By.CANDIDATE:
        raise AlreadyStarted
    if now >= booking.ends_at:
        raise TalkOver
    entry_id = booking.entry_id
    _mark(booking, by, policy, now)
    give_time_back(entry_id)
    touch(booking.candidate, now=now)
    take_letters_back(booking, now=now)
    audit.record("booking.cancel", booking, actor=actor, now=now)


def _mark(booking: Booking, by: Booking.CancelledBy, policy: Policy, now: datetime) -> None:
    limit = booking.starts_at - timedelta(hours=policy.cancel_until_hours)
    booking.status = Booking.Status.CANCELLED
    booking.entry = None
    booking.cancelled_at, booking.cancelled_by = now, by
    booking.is_late_cancellation = by == By.CANDIDATE and now > limit
    booking.sequence += 1
    booking.save()


def _stay_open(booking: Booking, policy: Policy, now: datetime) -> None:
    """It was not the candidate's doing: there is as much time to choose anew as there was at first."""
    until = timezone.localdate(now) + timedelta(days=policy.invitation_valid_days)
    Invitation.objects.filter(pk=booking.invitation_id, open_until__lt=until).update(open_until=until)


def _hold_all(slots: list[Slot], booking: Booking, case: _Case) -> list[Hold]:
    """Raises _NotAllFree."""
    held = [one for slot in slots if (one := _hold(booking, slot, case))]
    if len(held) < len(slots):
        raise _NotAllFree
    return held


def _hold_one_by_one(booking: Booking, case: _Case) -> list[Hold]:
    """What is held counts when the next one is chosen. Every agenda that may be chosen from is locked."""
    held: dict[Slot, Hold] = {}
    while slots := _moments_instead(booking, case, besides=held):
        one = _hold(booking, slots[0], case)
        if one is None:
            break
        held[slots[0]] = one
    return sorted(held.values(), key=lambda one: one.starts_at)


def _moments_instead(booking: Booking, case: _Case, *, besides: Iterable[Slot] = ()) -> list[Slot]:
    """What is free as far as can be seen, without a lock or with; in the language of the talk."""
    invitation, policy, now = booking.invitation, case.policy, case.now
    question = question_for_hold(policy, now=now, expires_at=expiry_of(invitation, policy, now=now))
    slots = free_slots_of(pool_of(invitation), replace(question, language=booking.language), policy=policy)
    zone = invitation.candidate.zone
    lost = Lost(
        starts_at=booking.starts_at, advisor_id=booking.advisor_id, channel=booking.channel, zone=zone, away=case.away
    )
    return moments_instead(slots, lost, besides=besides)


def _hold(booking: Booking, slot: Slot, case: _Case) -> Hold | None:
    """None when somebody else was first."""
    invitation = booking.invitation
    try:
        held = hold(
            invitation=invitation,
            slot=slot,
            channel=min(slot.channels, key=lambda channel: (channel != booking.channel, CHANNELS.index(channel))),
            language=booking.language,
            reason=case.reason,
            policy=case.policy,
            expires_at=expiry_of(invitation, case.policy, now=case.now),
            now=case.now,
        )
    except SlotTaken:
        return None
    audit.record("hold.offer", held, actor=case.actor, now=case.now)
    return held
