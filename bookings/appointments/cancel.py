"""Cancel a booking: a candidate until it starts, an advisor until it ends and with alternative slots on hold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import free_slots_for
from advisors.availability.slots import Slot, Span
from advisors.services import lock_agenda, release_time
from bookings import notifications
from bookings.appointments.alternatives import CancelledSlot, choose_alternatives
from bookings.availability.queries import eligible_advisors
from bookings.cancellation_deadline import is_late_cancellation
from bookings.errors import AlreadyStarted, BookingNotActive, BookingOver
from bookings.holds import hold_expires_at, hold_slot, question_for_hold
from bookings.locks import lock_invitation
from bookings.models import Booking, Hold, Invitation
from bookings.notifications.withdraw import cancel_pending_messages
from bookings.requests import CHANNELS
from candidates.contact import record_contact
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

By = Booking.CancelledBy


@dataclass(frozen=True, kw_only=True)
class _Cancellation:
    """Parameters of a cancellation by an advisor, see `cancel_and_offer_alternatives`."""

    reason: Hold.Reason
    remark: str
    away: Span | None
    is_closed: bool
    policy: Policy
    actor: Actor
    now: datetime


class _NotAllFree(Exception):
    """A chosen slot was taken meanwhile, or the chosen slots exceed a daily or weekly limit of an advisor."""


def cancel_booking(
    *, booking: Booking, by: Booking.CancelledBy, actor: Actor, now: datetime, remark: str = ""
) -> Booking:
    """Cancel the booking, release its time and tell both sides; a repeated call has no effect.

    After the change deadline of the policy it counts as late, but is not refused. An advisor's cancellation offers
    alternatives and may carry a `remark` for the candidate. Raises BookingNotActive (completed or no-show),
    AlreadyStarted, BookingOver.
    """
    if by == By.ADVISOR:
        cancel_and_offer_alternatives(
            booking=booking, reason=Hold.Reason.CANCELLED, remark=remark, actor=actor, now=now
        )
        return Booking.objects.get(pk=booking.pk)
    policy = Policy.objects.current()
    with audit.record_refusals("booking.cancel", booking, actor=actor, now=now), transaction.atomic():
        cancelled = _lock(booking)
        if cancelled.status != Booking.Status.CANCELLED:
            _end(cancelled, by, policy, actor, now)
            outbox.post(*notifications.cancelled(cancelled, policy, remark=remark, actor=actor, now=now), now=now)
    return cancelled


def cancel_and_offer_alternatives(
    *,
    booking: Booking,
    reason: Hold.Reason,
    remark: str,
    actor: Actor,
    now: datetime,
    away: Span | None = None,
    is_closed: bool = False,
) -> list[Hold]:
    """Cancel the booking for the advisor and hold up to three alternative slots, which the message offers.

    No alternative is with this advisor during `away`, which need not be entered as an absence. With `is_closed` both
    messages say that the employer is closed on that day. A repeated call returns the holds that are on offer. Locks the
    agendas that it needs, in key order: a caller that has a transaction has locked them all already. Raises
    BookingNotActive and BookingOver.
    """
    policy = Policy.objects.current()
    cancellation = _Cancellation(
        reason=reason, remark=remark, away=away, is_closed=is_closed, policy=policy, actor=actor, now=now
    )
    with audit.record_refusals("booking.cancel", booking, actor=actor, now=now):
        slots = _alternatives(booking, cancellation)
        advisors = {slot.advisor_id for slot in slots}
        try:
            return _cancel_and_hold(booking, advisors, partial(_hold_all, slots), cancellation)
        except _NotAllFree:
            pool = eligible_advisors(booking.invitation).values_list("pk", flat=True)
            return _cancel_and_hold(booking, set(pool), _hold_one_by_one, cancellation)


@transaction.atomic
def _cancel_and_hold(
    booking: Booking,
    advisors: set[int],
    hold_slots: Callable[[Booking, _Cancellation], list[Hold]],
    cancellation: _Cancellation,
) -> list[Hold]:
    for advisor_id in sorted(advisors):
        lock_agenda(advisor_id)
    policy, actor, now = cancellation.policy, cancellation.actor, cancellation.now
    cancelled = _lock(booking)
    if cancelled.status == Booking.Status.CANCELLED:
        return list(cancelled.invitation.holds.offered())
    _end(cancelled, By.ADVISOR, policy, actor, now)
    _extend_invitation(cancelled, policy, now)
    holds = hold_slots(cancelled, cancellation)
    messages = notifications.cancelled(
        cancelled,
        policy,
        remark=cancellation.remark,
        actor=actor,
        now=now,
        holds=holds,
        is_closed=cancellation.is_closed,
    )
    outbox.post(*messages, now=now)
    return holds


def _lock(seen: Booking) -> Booking:
    lock_invitation(seen.invitation_id)
    return Booking.objects.select_for_update(no_key=True).get(pk=seen.pk)


def _end(booking: Booking, by: Booking.CancelledBy, policy: Policy, actor: Actor, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise BookingNotActive
    if now >= booking.starts_at and by == By.CANDIDATE:
        raise AlreadyStarted
    if now >= booking.ends_at:
        raise BookingOver
    entry_id = booking.entry_id
    _set_cancelled(booking, by, policy, now)
    release_time(entry_id)
    record_contact(booking.candidate, now=now)
    cancel_pending_messages(booking, now=now)
    audit.record("booking.cancel", booking, actor=actor, now=now)


def _set_cancelled(booking: Booking, by: Booking.CancelledBy, policy: Policy, now: datetime) -> None:
    booking.status = Booking.Status.CANCELLED
    booking.entry = None
    booking.cancelled_at, booking.cancelled_by = now, by
    booking.is_late_cancellation = is_late_cancellation(booking, policy, cancelled_by=by, now=now)
    booking.sequence += 1
    booking.save()


def _extend_invitation(booking: Booking, policy: Policy, now: datetime) -> None:
    """Give the candidate the full validity again, because the cancellation was not theirs."""
    until = timezone.localdate(now) + timedelta(days=policy.invitation_valid_days)
    Invitation.objects.filter(pk=booking.invitation_id, open_until__lt=until).update(open_until=until)


def _hold_all(slots: list[Slot], booking: Booking, cancellation: _Cancellation) -> list[Hold]:
    """Hold exactly these slots. Raises _NotAllFree."""
    holds = [hold for slot in slots if (hold := _hold(booking, slot, cancellation))]
    if len(holds) < len(slots):
        raise _NotAllFree
    return holds


def _hold_one_by_one(booking: Booking, cancellation: _Cancellation) -> list[Hold]:
    """Choose each slot after the one before is on hold, so that limits count; all agendas are locked."""
    holds: dict[Slot, Hold] = {}
    while slots := _alternatives(booking, cancellation, chosen=holds):
        hold = _hold(booking, slots[0], cancellation)
        if hold is None:
            break
        holds[slots[0]] = hold
    return sorted(holds.values(), key=lambda hold: hold.starts_at)


def _alternatives(booking: Booking, cancellation: _Cancellation, *, chosen: Iterable[Slot] = ()) -> list[Slot]:
    """Alternatives in the booking's language; only certain when the caller has locked the agendas."""
    invitation, policy, now = booking.invitation, cancellation.policy, cancellation.now
    query = question_for_hold(policy, now=now, expires_at=hold_expires_at(invitation, policy, now=now))
    slots = free_slots_for(eligible_advisors(invitation), replace(query, language=booking.language), policy=policy)
    cancelled = CancelledSlot(
        starts_at=booking.starts_at,
        advisor_id=booking.advisor_id,
        channel=booking.channel,
        zone=invitation.candidate.zone,
        away=cancellation.away,
    )
    return choose_alternatives(slots, cancelled, chosen=chosen)


def _hold(booking: Booking, slot: Slot, cancellation: _Cancellation) -> Hold | None:
    """Hold the slot; None when it is taken."""
    invitation, policy, now = booking.invitation, cancellation.policy, cancellation.now
    try:
        hold = hold_slot(
            invitation=invitation,
            slot=slot,
            channel=min(slot.channels, key=lambda channel: (channel != booking.channel, CHANNELS.index(channel))),
            language=booking.language,
            reason=cancellation.reason,
            policy=policy,
            expires_at=hold_expires_at(invitation, policy, now=now),
            now=now,
        )
    except SlotTaken:
        return None
    audit.record("hold.offer", hold, actor=cancellation.actor, now=now)
    return hold
