"""Move a booking to another slot, advisor or channel, at the request of the candidate."""

from datetime import datetime

from django.db import transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import slot_query_for
from advisors.availability.slots import Slot, SlotQuery
from advisors.models import TalkChannel
from advisors.services import lock_agenda, release_time, reserve_time
from bookings import notifications
from bookings.appointments.book import alternatives_for, assignments_for
from bookings.assignment.fairness import Assignment
from bookings.calendar.invites import booking_location_hash
from bookings.cancellation_deadline import may_move
from bookings.errors import BookingNotActive, TooLateToMove
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import cancel_pending_messages
from bookings.requests import BookingRequest
from bookings.sms_consent import check_number, check_sms_allowed
from candidates.contact import record_contact
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.sms.provider import sms_is_enabled


def move_booking(*, booking: Booking, request: BookingRequest, actor: Actor, now: datetime) -> Booking:
    """Exchange the slot of a booking for another one; the old slot is released after the new one is reserved.

    Topics, question and the opt-in for SMS stay as they are. Raises BookingNotActive, TooLateToMove, PhoneNeeded,
    MobileNeeded, SmsCountryNotAllowed, SmsOptedOut, and SlotTaken with slots that are still free.
    """
    policy = Policy.objects.current()
    query = slot_query_for(policy, now=now, channel=request.channel, language=request.language)
    with audit.record_refusals("booking.move", booking, actor=actor, now=now):
        if booking.status != Booking.Status.BOOKED:
            raise BookingNotActive
        if _is_same(booking, request):
            return booking
        _check_number(booking, request, policy)
        for assignment in _assignments_for(booking, request, query, policy):
            try:
                return _move_to(assignment, booking, request, query, policy, actor, now)
            except SlotTaken:
                continue
        _check_may_move(booking, policy, now)
        raise SlotTaken(alternatives_for(booking.invitation, request, policy=policy, now=now, instead_of=booking))


def _check_number(booking: Booking, request: BookingRequest, policy: Policy) -> None:
    """Validate a new phone number, for SMS too when the booking has opted in; the known one is not checked again."""
    number = request.phone or str(booking.phone)
    wants_sms = booking.wants_sms and sms_is_enabled() and number != str(booking.phone)
    check_number(number, channel=request.channel, wants_sms=wants_sms)
    if wants_sms:
        check_sms_allowed(number, policy)


def _check_may_move(booking: Booking, policy: Policy, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise BookingNotActive
    if not may_move(booking, policy, now=now):
        raise TooLateToMove


def _assignments_for(booking: Booking, request: BookingRequest, query: SlotQuery, policy: Policy) -> list[Assignment]:
    """Advisors to try; the current one first when the request names none."""
    assignments = assignments_for(booking.invitation, request, query, policy)
    if request.advisor_id is None:
        others = [one for one in assignments if one.advisor_id != booking.advisor_id]
        assignments = [Assignment(booking.advisor_id, booking.chosen_because), *others]
    return assignments


@transaction.atomic
def _move_to(
    assignment: Assignment,
    booking: Booking,
    request: BookingRequest,
    query: SlotQuery,
    policy: Policy,
    actor: Actor,
    now: datetime,
) -> Booking:
    lock_agenda(assignment.advisor_id)
    lock_invitation(booking.invitation_id)
    moved = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=booking.pk)
    if moved.status == Booking.Status.BOOKED and _is_same(moved, request):
        return moved
    _check_may_move(moved, policy, now)
    was, old_advisor_id, old_entry_id = moved.starts_at, moved.advisor_id, moved.entry_id
    entry, slot = reserve_time(
        advisor_id=assignment.advisor_id, starts_at=request.starts_at, query=query, instead_of=moved.entry
    )
    moved.entry = entry
    if assignment.advisor_id != old_advisor_id:
        moved.chosen_because = assignment.reason
    _set_slot(moved, slot, request, now)
    if old_entry_id != entry.pk:
        release_time(old_entry_id)
    record_contact(moved.candidate, now=now)
    cancel_pending_messages(moved, now=now)
    audit.record("booking.move", moved, actor=actor, now=now)
    outbox.post(*notifications.moved(moved, policy, was=was, old_advisor_id=old_advisor_id, now=now), now=now)
    return moved


def _set_slot(booking: Booking, slot: Slot, request: BookingRequest, now: datetime) -> None:
    booking.advisor_id = slot.advisor_id
    booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
    booking.channel, booking.language = request.channel, request.language
    booking.location_id = slot.location_id if request.channel == TalkChannel.ONSITE else None
    booking.phone = request.phone or booking.phone
    booking.moved_at, booking.moved_count = now, booking.moved_count + 1
    booking.place_told = booking_location_hash(booking)
    booking.text_reminder_at = booking.mail_reminder_at = booking.advisor_note_at = None
    booking.sequence += 1
    booking.save()


def _is_same(booking: Booking, request: BookingRequest) -> bool:
    """True when the request changes nothing; without a phone number the known one stays."""
    same_advisor = request.advisor_id in (None, booking.advisor_id)
    same_phone = not request.phone or str(booking.phone) == request.phone
    same_channel = (booking.channel, booking.language) == (request.channel, request.language)
    return same_advisor and same_phone and same_channel and booking.starts_at == request.starts_at
