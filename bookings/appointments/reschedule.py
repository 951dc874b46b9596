"""Reschedule a booking to another slot of the same advisor, at the request of that advisor."""

from datetime import datetime, timedelta

from django.db import transaction

from advisors.availability.queries import free_slots_for, slot_query_between
from advisors.availability.slots import Slot, SlotQuery
from advisors.models import Advisor, TalkChannel
from advisors.services import lock_agenda, reserve_time
from bookings import notifications
from bookings.calendar.invites import booking_location_hash
from bookings.errors import BookingChanged, BookingNotActive, BookingOver
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import cancel_pending_messages
from candidates.contact import record_contact
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

MIN_HORIZON = timedelta(days=60)  # also when candidates may book less far ahead


def reschedule_booking(*, booking: Booking, starts_at: datetime, remark: str, actor: Actor, now: datetime) -> Booking:
    """Give the booking another free slot of the same advisor, channel and language, and tell the candidate.

    `booking` is as the caller saw it; `remark` is a text for the candidate. Notice, horizon and change deadline of the
    policy are for candidates and do not count here. Raises BookingNotActive, BookingOver, BookingChanged, SlotTaken.
    """
    policy = Policy.objects.current()
    with audit.record_refusals("booking.reschedule", booking, actor=actor, now=now):
        return _reschedule(booking, starts_at, remark, policy, actor, now)


def _reschedule_query(booking: Booking, policy: Policy, *, now: datetime) -> SlotQuery:
    latest = now + max(MIN_HORIZON, timedelta(days=policy.horizon_days))
    return slot_query_between(now, latest, policy=policy, channel=booking.channel, language=booking.language)


def slots_to_reschedule(booking: Booking, policy: Policy, *, now: datetime) -> list[Slot]:
    """Slots that `reschedule_booking` accepts, by start, without the current one."""
    advisor = Advisor.objects.active().filter(pk=booking.advisor_id)
    own = [booking.entry_id] if booking.entry_id else []
    free = free_slots_for(advisor, _reschedule_query(booking, policy, now=now), policy=policy, without=own)
    return [slot for slot in free if slot.starts_at != booking.starts_at]


@transaction.atomic
def _reschedule(
    seen: Booking, starts_at: datetime, remark: str, policy: Policy, actor: Actor, now: datetime
) -> Booking:
    lock_agenda(seen.advisor_id)
    lock_invitation(seen.invitation_id)
    booking = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=seen.pk)
    _check_may_reschedule(booking, now)
    if (booking.advisor_id, booking.starts_at) == (seen.advisor_id, starts_at):
        return booking
    if (booking.advisor_id, booking.starts_at) != (seen.advisor_id, seen.starts_at):
        raise BookingChanged
    query, was = _reschedule_query(booking, policy, now=now), booking.starts_at
    _entry, slot = reserve_time(
        advisor_id=booking.advisor_id, starts_at=starts_at, query=query, instead_of=booking.entry
    )
    _set_slot(booking, slot, now)
    record_contact(booking.candidate, now=now)
    cancel_pending_messages(booking, now=now)
    audit.record("booking.reschedule", booking, actor=actor, now=now)
    outbox.post(*notifications.rescheduled(booking, policy, was=was, remark=remark, actor=actor, now=now), now=now)
    return booking


def _check_may_reschedule(booking: Booking, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise BookingNotActive
    if now >= booking.ends_at:
        raise BookingOver


def _set_slot(booking: Booking, slot: Slot, now: datetime) -> None:
    booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
    booking.location_id = slot.location_id if booking.channel == TalkChannel.ONSITE else None
    booking.moved_at, booking.moved_count = now, booking.moved_count + 1
    booking.place_told = booking_location_hash(booking)
    booking.text_reminder_at = booking.mail_reminder_at = booking.advisor_note_at = None
    booking.sequence += 1
    booking.save()
