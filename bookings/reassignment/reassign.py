"""Handing a talk to a colleague who is free at the same moment."""

from datetime import datetime

from django.db import transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.slots import Slot
from advisors.models import TalkChannel
from advisors.services import give_time_back, lock_agenda, take_time
from bookings import notifications
from bookings.availability.queries import pool_of
from bookings.calendar.location_hash import place_of
from bookings.errors import ColleagueNotFree, MayNotHold, NotStanding, TalkChanged, TalkStarted
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import take_letters_back, take_reminders_back
from bookings.reassignment.conflicts import question_for
from candidates.contact import touch
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox


def hand_over(*, booking: Booking, to: int, word: str, actor: Actor, now: datetime) -> Booking:
    """The same moment, channel and language with the advisor `to`; the candidate hears it once, with a word.

    `booking` is as the caller saw it: when its moment or advisor is another by now, nothing happens. The notice of
    policy is for candidates and does not count here. Handing over twice to the same colleague is the same as once.
    Raises NotStanding, TalkStarted, TalkChanged, MayNotHold, ColleagueNotFree.
    """
    policy = Policy.objects.current()
    with audit.refusals_recorded("booking.hand_over", booking, actor=actor, now=now):
        return _hand_over(booking, to, word, policy, actor, now)


@transaction.atomic
def _hand_over(seen: Booking, to: int, word: str, policy: Policy, actor: Actor, now: datetime) -> Booking:
    for advisor_id in sorted({seen.advisor_id, to}):
        lock_agenda(advisor_id)
    lock_invitation(seen.invitation_id)
    booking = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=seen.pk)
    _refuse_when_closed(booking, now)
    if booking.advisor_id == to:
        return booking
    _refuse_when_changed(booking, seen)
    old_advisor_id, old_entry_id, old_ends_at = booking.advisor_id, booking.entry_id, booking.ends_at
    _give_to(booking, to, policy, now)
    give_time_back(old_entry_id)
    touch(booking.candidate, now=now)
    take_letters_back(booking, now=now)
    audit.record("booking.hand_over", booking, actor=actor, now=now)
    letters = notifications.handed_over(
        booking, policy, old_advisor_id=old_advisor_id, old_ends_at=old_ends_at, word=word, actor=actor, now=now
    )
    outbox.post(*letters, now=now)
    return booking


def _refuse_when_closed(booking: Booking, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise NotStanding
    if now >= booking.starts_at:
        raise TalkStarted


def _refuse_when_changed(booking: Booking, seen: Booking) -> None:
    if (booking.advisor_id, booking.starts_at) != (seen.advisor_id, seen.starts_at):
        raise TalkChanged


def _give_to(booking: Booking, to: int, policy: Policy, now: datetime) -> None:
    if not pool_of(booking.invitation, advisor_id=to).exists():
        raise MayNotHold
    question = question_for(booking, policy, now=now)
    try:
        entry, slot = take_time(advisor_id=to, starts_at=booking.starts_at, question=question)
    except SlotTaken as refusal:
        raise ColleagueNotFree from refusal
    booking.chosen_because = {"rule": "handed_over", "from": booking.advisor_id}
    _place(booking, slot)
    take_reminders_back(booking, now=now)
    booking.entry = entry
    booking.save()


def _place(booking: Booking, slot: Slot) -> None:
    booking.advisor_id, booking.ends_at = slot.advisor_id, slot.ends_at
    booking.location_id = slot.location_id if booking.channel == TalkChannel.ONSITE else None
    booking.place_told = place_of(booking)
    booking.advisor_note_at = None  # the colleague gets one as well, also within the hour
    booking.sequence += 1
