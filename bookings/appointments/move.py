"""Moving a talk to another moment, advisor or channel."""

from datetime import datetime, timedelta

from django.db import transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import question_of
from advisors.availability.slots import Question, Slot
from advisors.models import TalkChannel
from advisors.services import give_time_back, lock_agenda, take_time
from bookings import notifications
from bookings.appointments.book import alternatives_for, turns_for
from bookings.assignment.fairness import Turn
from bookings.calendar.location_hash import place_of
from bookings.errors import NotStanding, TooLateToMove
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import take_letters_back
from bookings.requests import Wish
from bookings.sms_consent import check_number, check_texts
from candidates.contact import touch
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.sms.enabled import texts_leave


def move(*, booking: Booking, wish: Wish, actor: Actor, now: datetime) -> Booking:
    """Exchange the moment for another one; the old one is kept until the new one is certain.

    Topics, question and the wish for a text stay as they are. Raises NotStanding, TooLateToMove, PhoneNeeded,
    MobileNeeded, CountryNotTexted, TextsStopped, and SlotTaken with moments that are still free.
    """
    policy = Policy.objects.current()
    question = question_of(policy, now=now, channel=wish.channel, language=wish.language)
    with audit.refusals_recorded("booking.move", booking, actor=actor, now=now):
        if booking.status != Booking.Status.BOOKED:
            raise NotStanding
        if _is_same(booking, wish):
            return booking
        _check_number(booking, wish, policy)
        for turn in _turns_for(booking, wish, question, policy):
            try:
                return _move_to(turn, booking, wish, question, policy, actor, now)
            except SlotTaken:
                continue
        refuse_when_closed(booking, policy, now)
        raise SlotTaken(alternatives_for(booking.invitation, wish, policy=policy, now=now, instead_of=booking))


def _check_number(booking: Booking, wish: Wish, policy: Policy) -> None:
    """What we have was good enough. Another one, where texts are wanted, is to get them. Raises as `move` does."""
    number = wish.phone or str(booking.phone)
    wants_sms = booking.wants_sms and texts_leave() and number != str(booking.phone)
    check_number(number, channel=wish.channel, wants_sms=wants_sms)
    if wants_sms:
        check_texts(number, policy)


def may_move(booking: Booking, policy: Policy, now: datetime) -> bool:
    limit = booking.starts_at - timedelta(hours=policy.cancel_until_hours)
    return booking.status == Booking.Status.BOOKED and now <= limit


def refuse_when_closed(booking: Booking, policy: Policy, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise NotStanding
    if not may_move(booking, policy, now):
        raise TooLateToMove


def _turns_for(booking: Booking, wish: Wish, question: Question, policy: Policy) -> list[Turn]:
    """Stay with the same advisor when it does not matter and that works."""
    turns = turns_for(booking.invitation, wish, question, policy)
    if wish.advisor_id is None:
        others = [turn for turn in turns if turn.advisor_id != booking.advisor_id]
        turns = [Turn(booking.advisor_id, booking.chosen_because), *others]
    return turns


@transaction.atomic
def _move_to(
    turn: Turn, booking: Booking, wish: Wish, question: Question, policy: Policy, actor: Actor, now: datetime
) -> Booking:
    lock_agenda(turn.advisor_id)
    lock_invitation(booking.invitation_id)
    moved = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=booking.pk)
    if moved.status == Booking.Status.BOOKED and _is_same(moved, wish):
        return moved
    refuse_when_closed(moved, policy, now)
    was, old_advisor_id, old_entry_id = moved.starts_at, moved.advisor_id, moved.entry_id
    entry, slot = take_time(
        advisor_id=turn.advisor_id, starts_at=wish.starts_at, question=question, instead_of=moved.entry
    )
    moved.entry = entry
    if turn.advisor_id != old_advisor_id:
        moved.chosen_because = turn.because
    _change(moved, slot, wish, now)
    if old_entry_id != entry.pk:
        give_time_back(old_entry_id)
    touch(moved.candidate, now=now)
    take_letters_back(moved, now=now)
    audit.record("booking.move", moved, actor=actor, now=now)
    outbox.post(*notifications.moved(moved, policy, was=was, old_advisor_id=old_advisor_id, now=now), now=now)
    return moved


def _change(booking: Booking, slot: Slot, wish: Wish, now: datetime) -> None:
    booking.advisor_id = slot.advisor_id
    booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
    booking.channel, booking.language = wish.channel, wish.language
    booking.location_id = slot.location_id if wish.channel == TalkChannel.ONSITE else None
    booking.phone = wish.phone or booking.phone
    booking.moved_at, booking.moved_count = now, booking.moved_count + 1
    booking.place_told = place_of(booking)
    booking.text_reminder_at = booking.mail_reminder_at = booking.advisor_note_at = None
    booking.sequence += 1
    booking.save()


def _is_same(booking: Booking, wish: Wish) -> bool:
    """Without a number the one that we have stays."""
    same_advisor = wish.advisor_id in (None, booking.advisor_id)
    same_phone = not wish.phone or str(booking.phone) == wish.phone
    same_way = (booking.channel, booking.language) == (wish.channel, wish.language)
    return same_advisor and same_phone and same_way and booking.starts_at == wish.starts_at
