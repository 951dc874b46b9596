"""Reassign one booking to a colleague who is free at the same time."""

from datetime import datetime

from django.db import transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.slots import Slot
from advisors.models import TalkChannel
from advisors.services import lock_agenda, release_time, reserve_time
from bookings import notifications
from bookings.assignment.fairness import HANDED_OVER
from bookings.availability.queries import eligible_advisors
from bookings.calendar.invites import booking_location_hash
from bookings.errors import AdvisorNotEligible, BookingChanged, BookingNotActive, ColleagueNotFree, TooLateToReassign
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import cancel_pending_messages, cancel_pending_reminders
from bookings.reassignment.conflicts import reassign_query
from candidates.contact import record_contact
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox


def reassign_booking(*, booking: Booking, to_advisor_id: int, remark: str, actor: Actor, now: datetime) -> Booking:
    """Give the booking to another advisor, with the same start, channel and language, and tell the candidate once.

    `booking` is as the caller saw it: nothing happens when its start or advisor has changed since. `remark` is a text
    for the candidate. The notice period of the policy is for candidates and does not count here. A repeated call for
    the same advisor has no effect. Raises BookingNotActive, TooLateToReassign, BookingChanged, AdvisorNotEligible,
    ColleagueNotFree.
    """
    policy = Policy.objects.current()
    with audit.record_refusals("booking.hand_over", booking, actor=actor, now=now):
        return _reassign(booking, to_advisor_id, remark, policy, actor, now)


@transaction.atomic
def _reassign(seen: Booking, to_advisor_id: int, remark: str, policy: Policy, actor: Actor, now: datetime) -> Booking:
    for advisor_id in sorted({seen.advisor_id, to_advisor_id}):
        lock_agenda(advisor_id)
    lock_invitation(seen.invitation_id)
    booking = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=seen.pk)
    _check_may_reassign(booking, now)
    if booking.advisor_id == to_advisor_id:
        return booking
    if (booking.advisor_id, booking.starts_at) != (seen.advisor_id, seen.starts_at):
        raise BookingChanged
    old_advisor_id, old_entry_id, old_ends_at = booking.advisor_id, booking.entry_id, booking.ends_at
    _assign(booking, to_advisor_id, policy, now)
    release_time(old_entry_id)
    record_contact(booking.candidate, now=now)
    cancel_pending_messages(booking, now=now)
    audit.record("booking.hand_over", booking, actor=actor, now=now)
    letters = notifications.reassigned(
        booking, policy, old_advisor_id=old_advisor_id, old_ends_at=old_ends_at, remark=remark, actor=actor, now=now
    )
    outbox.post(*letters, now=now)
    return booking


def _check_may_reassign(booking: Booking, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise BookingNotActive
    if now >= booking.starts_at:
        raise TooLateToReassign


def _assign(booking: Booking, advisor_id: int, policy: Policy, now: datetime) -> None:
    if not eligible_advisors(booking.invitation, advisor_id=advisor_id).exists():
        raise AdvisorNotEligible
    query = reassign_query(booking, policy, now=now)
    try:
        entry, slot = reserve_time(advisor_id=advisor_id, starts_at=booking.starts_at, query=query)
    except SlotTaken as refusal:
        raise ColleagueNotFree from refusal
    booking.chosen_because = {"rule": HANDED_OVER, "from": booking.advisor_id}
    _set_slot(booking, slot)
    cancel_pending_reminders(booking, now=now)
    booking.entry = entry
    booking.save()


def _set_slot(booking: Booking, slot: Slot) -> None:
    booking.advisor_id, booking.ends_at = slot.advisor_id, slot.ends_at
    booking.location_id = slot.location_id if booking.channel == TalkChannel.ONSITE else None
    booking.place_told = booking_location_hash(booking)
    booking.advisor_note_at = None  # so that the new advisor is reminded too, even within the last hour
    booking.sequence += 1
