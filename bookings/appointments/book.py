"""Booking a talk."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import advisor_with_user, question_of
from advisors.availability.slots import Question, Slot
from advisors.models import AgendaEntry, TalkChannel
from advisors.services import lock_agenda, take_time
from bookings import notifications
from bookings.assignment.fairness import ASKED_FOR, SAME_ADVISOR, Turn
from bookings.assignment.workload import advisors_in_turn
from bookings.availability.options import Choice
from bookings.availability.queries import (
    alternatives_near,
    has_spoken_with,
    own_of,
    own_time_of,
    pool_in_sql,
    pool_of,
    slots_for,
)
from bookings.calendar.location_hash import digest_of_place
from bookings.errors import AlreadyBooked, AlreadyTalked, InvitationClosed
from bookings.holds import stop_waiting
from bookings.locks import lock_invitation
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.requests import Wish
from bookings.short_codes import code_of, digest_of
from bookings.sms_consent import agree_to_texts, check_number, check_texts
from candidates.contact import OFFERS, touch
from core.actors import Actor, key_of
from core.prepared_statements import Prepared, finds_a_row
from organisation import audit
from organisation.models import Location, Policy
from outbox import services as outbox
from outbox.reply_addresses import mailbox

# Has a talk, moments that are held or a place on the waiting list; most who book have nothing yet.
_KNOWN = Prepared(
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


def book(*, invitation: Invitation, wish: Wish, actor: Actor, now: datetime) -> Booking:
    """Give the invited candidate a moment of an advisor's time; the same wish twice returns the same booking.

    Raises InvitationClosed, AlreadyBooked, AlreadyTalked, PhoneNeeded, MobileNeeded, and SlotTaken with moments that
    are still free.
    """
    policy = Policy.objects.current()
    question = question_of(policy, now=now, channel=wish.channel, language=wish.language)
    with audit.refusals_recorded("booking.book", invitation, actor=actor, now=now):
        check_number(wish.phone, channel=wish.channel, wants_sms=wish.wants_sms)
        if wish.wants_sms:
            check_texts(wish.phone, policy)
        for turn in turns_for(invitation, wish, question, policy):
            try:
                return _book_with(turn, invitation, wish, question, policy, actor, now)
            except SlotTaken:
                continue
        if earlier := _settled(invitation):
            return same_or_refuse(earlier, wish)
        raise SlotTaken(alternatives_for(invitation, wish, policy=policy, now=now))


def turns_for(invitation: Invitation, wish: Wish, question: Question, policy: Policy) -> list[Turn]:
    """Whom to try and why, one at a time: never two agendas are held."""
    if wish.advisor_id is not None:
        rule = SAME_ADVISOR if has_spoken_with(invitation.candidate, wish.advisor_id) else ASKED_FOR
        pool = pool_of(invitation, advisor_id=wish.advisor_id)
        return [Turn(advisor_id, {"rule": rule}) for advisor_id in pool.values_list("pk", flat=True)]
    if not question.earliest <= wish.starts_at <= question.latest:
        return []
    moment = replace(question, earliest=wish.starts_at, latest=wish.starts_at)
    return advisors_in_turn(pool_in_sql(invitation), moment, policy=policy, without=own_time_of(invitation))


def alternatives_for(
    invitation: Invitation, wish: Wish, *, policy: Policy, now: datetime, instead_of: Booking | None = None
) -> list[Slot]:
    """What is still free, close to the wish: for the chosen advisor, and otherwise for anybody."""
    for advisor_id in dict.fromkeys((wish.advisor_id, None)):
        slots = slots_for(
            invitation,
            policy=policy,
            now=now,
            channel=wish.channel,
            language=wish.language,
            advisor_id=advisor_id,
            instead_of=instead_of,
        )
        if instead_of:
            own, choice = own_of(instead_of), Choice(wish.channel, wish.language, advisor_id)
            slots = [slot for slot in slots if not own.is_at(slot, choice)]
        if slots:
            return alternatives_near(slots, wish.starts_at)
    return []


def _settled(invitation: Invitation) -> Booking | None:
    """The talk that stands, or else the one that was held."""
    return invitation.bookings.settled().order_by("status").first()


def same_or_refuse(earlier: Booking, wish: Wish) -> Booking:
    """A double click or a retry gets the booking that exists; another wish must be a move. There is one talk."""
    if earlier.status == Booking.Status.COMPLETED:
        raise AlreadyTalked
    same_advisor = wish.advisor_id in (None, earlier.advisor_id)
    if same_advisor and earlier.starts_at == wish.starts_at and earlier.channel == wish.channel:
        return earlier
    raise AlreadyBooked


@transaction.atomic
def _book_with(
    turn: Turn, invitation: Invitation, wish: Wish, question: Question, policy: Policy, actor: Actor, now: datetime
) -> Booking:
    lock_agenda(turn.advisor_id)
    locked = lock_invitation(invitation.pk)
    locked.application = invitation.application  # whose it is does not change: read once
    is_known = finds_a_row(_KNOWN(locked.pk))
    if is_known and (earlier := _settled(locked)):
        return same_or_refuse(earlier, wish)
    if not locked.is_open(now):
        raise InvitationClosed
    if is_known:
        stop_waiting(locked, advisor_id=turn.advisor_id, starts_at=wish.starts_at, now=now)
    entry, slot = take_time(advisor_id=turn.advisor_id, starts_at=wish.starts_at, question=question)
    booking = _create(locked, entry, slot, wish, turn.because, policy, now)
    touch(booking.candidate, now=now)
    if locked.reminded_at:  # what failed of it is not sent again; of an invitation alone a scan takes care
        outbox.withdraw(about=key_of(locked), kinds=OFFERS, now=now)
    if wish.wants_sms:
        agree_to_texts(booking, now=now)
    audit.record("booking.book", booking, actor=actor, now=now)
    outbox.post(*notifications.booked(booking, policy, now=now), now=now)
    return booking


def _create(
    invitation: Invitation,
    entry: AgendaEntry,
    slot: Slot,
    wish: Wish,
    because: dict[str, Any],
    policy: Policy,
    now: datetime,
) -> Booking:
    uid, advisor, location = uuid4(), advisor_with_user(slot.advisor_id), _location_of(slot, wish)
    booking = Booking.objects.create(
        invitation=invitation,
        advisor=advisor,
        entry=entry,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        channel=wish.channel,
        location=location,
        language=wish.language,
        phone=wish.phone,
        wants_sms=wish.wants_sms,
        question=wish.question,
        booked_at=now,
        chosen_because=because,
        organiser=mailbox() or policy.sender_email,
        place_told=digest_of_place(wish.channel, advisor, location),
        uid=uid,
        code_digest=digest_of(code_of(uid)),
    )
    if wish.topic_ids:
        booking.topics.set(wish.topic_ids)
    return booking


def _location_of(slot: Slot, wish: Wish) -> Location | None:
    if wish.channel != TalkChannel.ONSITE or slot.location_id is None:
        return None
    return Location.objects.get(pk=slot.location_id)
