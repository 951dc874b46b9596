"""The advisor moves a talk of their own, with a word to the candidate."""

from datetime import datetime, timedelta

from django.db import transaction

from advisors.availability.queries import free_slots_of, question_between
from advisors.availability.slots import Question, Slot
from advisors.models import Advisor, TalkChannel
from advisors.services import lock_agenda, take_time
from bookings import notifications
from bookings.calendar.location_hash import place_of
from bookings.errors import NotStanding, TalkChanged, TalkOver
from bookings.locks import lock_invitation
from bookings.models import Booking
from bookings.notifications.withdraw import take_letters_back
from candidates.contact import touch
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

AT_LEAST_AHEAD = timedelta(days=60)


def reschedule(*, booking: Booking, starts_at: datetime, word: str, actor: Actor, now: datetime) -> Booking:
    """Another free moment of the same advisor, in the same channel and language; the candidate hears it with a word.

    The notice, the horizon and the last moment for a move are for candidates and do not count here. `booking` is as the
    caller saw it. Raises NotStanding, TalkOver, TalkChanged, SlotTaken.
    """
    policy = Policy.objects.current()
    with audit.refusals_recorded("booking.reschedule", booking, actor=actor, now=now):
        return _reschedule(booking, starts_at, word, policy, actor, now)


def question_to_reschedule(booking: Booking, policy: Policy, *, now: datetime) -> Question:
    latest = now + max(AT_LEAST_AHEAD, timedelta(days=policy.horizon_days))
    return question_between(now, latest, policy=policy, channel=booking.channel, language=booking.language)


def moments_to_reschedule(booking: Booking, policy: Policy, *, now: datetime) -> list[Slot]:
    """What `reschedule` accepts, in order of time, without the moment that the talk has."""
    advisor = Advisor.objects.active().filter(pk=booking.advisor_id)
    own = [booking.entry_id] if booking.entry_id else []
    free = free_slots_of(advisor, question_to_reschedule(booking, policy, now=now), policy=policy, without=own)
    return [slot for slot in free if slot.starts_at != booking.starts_at]


@transaction.atomic
def _reschedule(seen: Booking, starts_at: datetime, word: str, policy: Policy, actor: Actor, now: datetime) -> Booking:
    lock_agenda(seen.advisor_id)
    lock_invitation(seen.invitation_id)
    booking = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=seen.pk)
    _refuse_when_closed(booking, now)
    if (booking.advisor_id, booking.starts_at) == (seen.advisor_id, starts_at):
        return booking
    if (booking.advisor_id, booking.starts_at) != (seen.advisor_id, seen.starts_at):
        raise TalkChanged
    question, was = question_to_reschedule(booking, policy, now=now), booking.starts_at
    _entry, slot = take_time(
        advisor_id=booking.advisor_id, starts_at=starts_at, question=question, instead_of=booking.entry
    )
    _place(booking, slot, now)
    touch(booking.candidate, now=now)
    take_letters_back(booking, now=now)
    audit.record("booking.reschedule", booking, actor=actor, now=now)
    outbox.post(*notifications.rescheduled(booking, policy, was=was, word=word, actor=actor, now=now), now=now)
    return booking


def _refuse_when_closed(booking: Booking, now: datetime) -> None:
    if booking.status != Booking.Status.BOOKED:
        raise NotStanding
    if now >= booking.ends_at:
        raise TalkOver


def _place(booking: Booking, slot: Slot, now: datetime) -> None:
    booking.starts_at, booking.ends_at = slot.starts_at, slot.ends_at
    booking.location_id = slot.location_id if booking.channel == TalkChannel.ONSITE else None
    booking.moved_at, booking.moved_count = now, booking.moved_count + 1
    booking.place_told = place_of(booking)
    booking.text_reminder_at = booking.mail_reminder_at = booking.advisor_note_at = None
    booking.sequence += 1
    booking.save()
