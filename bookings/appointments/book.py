"""Book a slot for an invited candidate."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import advisor_with_user, slot_query_for
from advisors.availability.slots import Slot, SlotQuery
from advisors.models import AgendaEntry, TalkChannel
from advisors.services import lock_agenda, reserve_time
from bookings import notifications
from bookings.assignment.fairness import ASKED_FOR, SAME_ADVISOR, Assignment
from bookings.assignment.workload import ranked_advisors
from bookings.availability.options import SlotFilter
from bookings.availability.queries import (
    bookable_slots,
    eligible_advisor_ids,
    eligible_advisors,
    has_completed_with,
    nearest_slots,
    own_entry_ids,
    to_current_booking,
)
from bookings.calendar.invites import location_hash
from bookings.errors import AlreadyBooked, AlreadyCompleted, InvitationClosed
from bookings.holds import end_holds_and_waiting
from bookings.locks import lock_invitation
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.requests import BookingRequest
from bookings.short_codes import code_digest, code_for_booking
from bookings.sms_consent import check_number, check_sms_allowed, give_sms_consent
from candidates.contact import INVITATION_KINDS, record_contact
from core.actors import Actor, object_key
from core.prepared_statements import Prepared, finds_a_row
from organisation import audit
from organisation.models import Location, Policy
from outbox import services as outbox
from outbox.reply_addresses import mailbox_template

# True for an invitation with a booking, holds or a waitlist entry; one statement, as most invitations have none.
_HAS_HISTORY = Prepared(
    lambda pk: (
        Invitation.objects.filter(pk=pk)
        .filter(
            Exists(Booking.objects.settled().filter(invitation=pk))
            | Exists(Hold.objects.offered().filter(invitation=pk))
            | Exists(WaitlistEntry.objects.waiting().filter(invitation=pk))
        )
        .values("pk")
    ),
    1,
)


def book(*, invitation: Invitation, request: BookingRequest, actor: Actor, now: datetime) -> Booking:
    """Book a slot for the invited candidate; repeating the same request returns the same booking.

    Raises InvitationClosed, AlreadyBooked, AlreadyCompleted, PhoneNeeded, MobileNeeded, SmsDisabled,
    SmsCountryNotAllowed, SmsOptedOut, and SlotTaken with slots that are still free.
    """
    policy = Policy.objects.current()
    query = slot_query_for(policy, now=now, channel=request.channel, language=request.language)
    with audit.record_refusals("booking.book", invitation, actor=actor, now=now):
        check_number(request.phone, channel=request.channel, wants_sms=request.wants_sms)
        if request.wants_sms:
            check_sms_allowed(request.phone, policy)
        for assignment in assignments_for(invitation, request, query, policy):
            try:
                return _book_with(assignment, invitation, request, query, policy, actor, now)
            except SlotTaken:
                continue
        if earlier := _settled(invitation):
            return existing_or_refuse(earlier, request)
        raise SlotTaken(alternatives_for(invitation, request, policy=policy, now=now))


def assignments_for(
    invitation: Invitation, request: BookingRequest, query: SlotQuery, policy: Policy
) -> list[Assignment]:
    """Advisors to try in this order, with the reason; the caller locks one agenda at a time."""
    if request.advisor_id is not None:
        rule = SAME_ADVISOR if has_completed_with(invitation.candidate, request.advisor_id) else ASKED_FOR
        pool = eligible_advisors(invitation, advisor_id=request.advisor_id)
        return [Assignment(advisor_id, {"rule": rule}) for advisor_id in pool.values_list("pk", flat=True)]
    if not query.earliest <= request.starts_at <= query.latest:
        return []
    start = replace(query, earliest=request.starts_at, latest=request.starts_at)
    return ranked_advisors(eligible_advisor_ids(invitation), start, policy=policy, without=own_entry_ids(invitation))


def alternatives_for(
    invitation: Invitation, request: BookingRequest, *, policy: Policy, now: datetime, instead_of: Booking | None = None
) -> list[Slot]:
    """Free slots near the requested start: with the requested advisor, or else with any advisor.

    `instead_of` is the booking that moves; its own time counts as free.
    """
    for advisor_id in dict.fromkeys((request.advisor_id, None)):
        slots = bookable_slots(
            invitation,
            policy=policy,
            now=now,
            channel=request.channel,
            language=request.language,
            advisor_id=advisor_id,
            instead_of=instead_of,
        )
        if instead_of:
            current = to_current_booking(instead_of)
            slot_filter = SlotFilter(request.channel, request.language, advisor_id)
            slots = [slot for slot in slots if not current.matches(slot, slot_filter)]
        if slots:
            return nearest_slots(slots, request.starts_at)
    return []


def _settled(invitation: Invitation) -> Booking | None:
    """The booked appointment, or else the completed one."""
    return invitation.bookings.settled().order_by("status").first()


def existing_or_refuse(earlier: Booking, request: BookingRequest) -> Booking:
    """Return the existing booking for the same request (a double click or a retry).

    Raises AlreadyCompleted, and AlreadyBooked for another request: that must be a move.
    """
    if earlier.status == Booking.Status.COMPLETED:
        raise AlreadyCompleted
    same_advisor = request.advisor_id in (None, earlier.advisor_id)
    if same_advisor and earlier.starts_at == request.starts_at and earlier.channel == request.channel:
        return earlier
    raise AlreadyBooked


@transaction.atomic
def _book_with(
    assignment: Assignment,
    invitation: Invitation,
    request: BookingRequest,
    query: SlotQuery,
    policy: Policy,
    actor: Actor,
    now: datetime,
) -> Booking:
    lock_agenda(assignment.advisor_id)
    locked = lock_invitation(invitation.pk)
    locked.application = invitation.application  # never changes, so the loaded one is used again
    has_history = finds_a_row(_HAS_HISTORY(locked.pk))
    if has_history and (earlier := _settled(locked)):
        return existing_or_refuse(earlier, request)
    if not locked.is_open(now):
        raise InvitationClosed
    if has_history:
        end_holds_and_waiting(locked, advisor_id=assignment.advisor_id, starts_at=request.starts_at, now=now)
    entry, slot = reserve_time(advisor_id=assignment.advisor_id, starts_at=request.starts_at, query=query)
    booking = _create(locked, entry, slot, request, assignment.reason, policy, now)
    record_contact(booking.candidate, now=now)
    if locked.reminded_at:  # do not retry a failed reminder; a periodic task withdraws the invitation itself
        outbox.withdraw(about=object_key(locked), kinds=INVITATION_KINDS, now=now)
    if request.wants_sms:
        give_sms_consent(booking, now=now)
    audit.record("booking.book", booking, actor=actor, now=now)
    outbox.post(*notifications.booked(booking, policy, now=now), now=now)
    return booking


def _create(
    invitation: Invitation,
    entry: AgendaEntry,
    slot: Slot,
    request: BookingRequest,
    reason: dict[str, Any],
    policy: Policy,
    now: datetime,
) -> Booking:
    uid, advisor, location = uuid4(), advisor_with_user(slot.advisor_id), _location_for(slot, request)
    booking = Booking.objects.create(
        invitation=invitation,
        advisor=advisor,
        entry=entry,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        channel=request.channel,
        location=location,
        language=request.language,
        phone=request.phone,
        wants_sms=request.wants_sms,
        question=request.question,
        booked_at=now,
        chosen_because=reason,
        organiser=mailbox_template() or policy.sender_email,
        place_told=location_hash(request.channel, advisor, location),
        uid=uid,
        code_digest=code_digest(code_for_booking(uid)),
    )
    if request.topic_ids:
        booking.topics.set(request.topic_ids)
    return booking


def _location_for(slot: Slot, request: BookingRequest) -> Location | None:
    if request.channel != TalkChannel.ONSITE or slot.location_id is None:
        return None
    return Location.objects.get(pk=slot.location_id)
