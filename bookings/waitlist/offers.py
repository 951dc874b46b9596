"""Periodic jobs of the waitlist: end expired offers and entries, and offer slots that became free.

Slots are offered to the first entry whose preferences match. A slot that a candidate let pass is not offered to them
again; after an offer without an answer they get no other that day, and after three they leave the waitlist. Until the
next run, within a minute or at the start of contact hours, a free slot can be booked by everybody.
"""

from bisect import insort
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import free_slots_for, slot_query_for
from advisors.availability.slots import Slot
from advisors.models import Advisor
from advisors.services import lock_agenda
from bookings import notifications
from bookings.holds import end_holds, end_waitlist_entry, hold_expires_at, hold_slot, question_for_hold
from bookings.locks import lock_invitation
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.schedule import is_contact_hour
from bookings.waitlist.preferences import channel_for
from bookings.waitlist.queries import ended_entries, entries_in_order, preferences_of, unanswered_offers
from candidates.contact import record_contact
from core.actors import SYSTEM
from core.batch import run_each
from core.message_schedule import MessageSchedule
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

MAX_UNANSWERED = 3  # offers in a row, after which the entry ends


def end_expired_offers(*, now: datetime) -> int:
    """End expired holds, entries that are over and holds that cannot be booked any more; return their number."""
    expired = Hold.objects.offered().filter(expires_at__lte=now)
    invitations = expired.order_by("invitation").values_list("invitation", flat=True).distinct()
    count = run_each(list(invitations), partial(_expire, now=now), name="invitation")
    entries = ended_entries(now).values_list("pk", flat=True)
    count += run_each(list(entries), partial(_end_entry, now=now), name="waitlistentry")
    unbookable = _unbookable_holds(now)
    return count + run_each(unbookable, lambda key: _withdraw(key, unbookable[key], now=now), name="invitation")


def offer_free_slots(*, now: datetime) -> int:
    """Hold free slots for the first entries that match and tell the candidates; return the number of offers."""
    entries = {entry.pk: entry for entry in entries_in_order(now)}
    if not entries:
        return 0
    policy = Policy.objects.current()
    free = _FreeSlots(policy, now)
    for entry in entries.values():
        _forget_taken_starts(entry, free)
    with_offer = set(Hold.objects.offered().values_list("invitation__application__candidate", flat=True))
    ready = [key for key, entry in entries.items() if _may_be_offered(entry, with_offer, policy.times, now)]
    return run_each(ready, lambda key: _offer_to(entries[key], free, policy, now), name="waitlistentry")


class _FreeSlots:
    """Free slots of all advisors by start; after an offer only those of its advisor are read again."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._policy, self._query = policy, slot_query_for(policy, now=now)
        self._by_start: dict[int, list[Slot]] = {}
        self._by_advisor: dict[int, list[Slot]] = {}
        self._read(Advisor.objects.active())

    def starts(self) -> list[int]:
        return sorted(self._by_start)

    def at(self, start: int) -> list[Slot]:
        return self._by_start.get(start, [])

    def reload(self, advisor_id: int) -> None:
        for slot in self._by_advisor.pop(advisor_id, []):
            self._by_start[slot.start].remove(slot)
        self._read(Advisor.objects.active().filter(pk=advisor_id))

    def _read(self, advisors: QuerySet[Advisor]) -> None:
        for slot in free_slots_for(advisors, self._query, policy=self._policy):
            self._by_advisor.setdefault(slot.advisor_id, []).append(slot)
            insort(self._by_start.setdefault(slot.start, []), slot)


@dataclass(frozen=True)
class _Match:
    """A slot to offer, its channel, and the end of the hold."""

    slot: Slot
    channel: str
    expires_at: datetime


def _forget_taken_starts(entry: WaitlistEntry, free: _FreeSlots) -> None:
    """Drop starts that are no longer free, so that they count as new when they become free again."""
    known, preferences = set(entry.known_starts), preferences_of(entry)
    still = {start for start in known if any(channel_for(slot, preferences) for slot in free.at(start))}
    if still != known:
        entry.known_starts = sorted(still)
        entry.save(update_fields=["known_starts"])


def _may_be_offered(entry: WaitlistEntry, with_offer: set[int], times: MessageSchedule, now: datetime) -> bool:
    candidate = entry.invitation.candidate
    today = now.astimezone(candidate.zone).date()
    expired = [hold for hold in entry.invitation.holds.all() if hold.state == Hold.State.EXPIRED]
    expired_today = any(hold.expires_at.astimezone(candidate.zone).date() == today for hold in expired)
    return is_contact_hour(now, candidate.zone, times) and candidate.pk not in with_offer and not expired_today


def _offer_to(entry: WaitlistEntry, free: _FreeSlots, policy: Policy, now: datetime) -> bool:
    match = _first_match(entry, free, policy, now)
    if match is None:
        return False
    try:
        return _hold_for(entry.pk, match, policy, now)
    except SlotTaken:
        return False
    finally:
        free.reload(match.slot.advisor_id)


def _first_match(entry: WaitlistEntry, free: _FreeSlots, policy: Policy, now: datetime) -> _Match | None:
    invitation, preferences = entry.invitation, preferences_of(entry)
    expires_at = hold_expires_at(invitation, policy, now=now)
    if timezone.localdate(expires_at) > invitation.open_until:
        return None
    earliest = question_for_hold(policy, now=now, expires_at=expires_at).earliest.timestamp()
    seen = {
        *entry.known_starts,
        *(int(hold.starts_at.timestamp()) for hold in invitation.holds.all() if hold.was_not_taken),
    }
    new = (start for start in free.starts() if start >= earliest and start not in seen)
    for slot in chain.from_iterable(map(free.at, new)):
        channel = channel_for(slot, preferences)
        if channel is not None:
            return _Match(slot, channel, expires_at)
    return None


@transaction.atomic
def _hold_for(entry_id: int, match: _Match, policy: Policy, now: datetime) -> bool:
    """Lock, check again and hold, so that concurrent runs make one hold and a candidate has one offer at a time."""
    lock_agenda(match.slot.advisor_id)
    invitation = (
        Invitation.objects.select_for_update(no_key=True, of=("self", "application__candidate"))
        .select_related("application__candidate__link", "application__vacancy")
        .get(waitlist_entry=entry_id)
    )
    ended = ended_entries(now).values("pk")
    entry = WaitlistEntry.objects.waiting().exclude(pk__in=ended).filter(pk=entry_id).first()
    if entry is None or Hold.objects.of_candidate(invitation.candidate).offered().exists():
        return False
    hold = hold_slot(
        invitation=invitation,
        slot=match.slot,
        channel=match.channel,
        language=entry.language,
        reason=Hold.Reason.WAITLIST,
        policy=policy,
        expires_at=match.expires_at,
        now=now,
    )
    record_contact(invitation.candidate, now=now)
    audit.record("hold.offer", hold, actor=SYSTEM, now=now)
    outbox.post(*notifications.slot_offered(hold, entry, policy), now=now)
    return True


@transaction.atomic
def _expire(invitation_id: int, *, now: datetime) -> bool:
    invitation = lock_invitation(invitation_id)
    ended = end_holds(invitation.holds.filter(expires_at__lte=now), state=Hold.State.EXPIRED, now=now)
    for hold in ended:
        audit.record("hold.expire", hold, actor=SYSTEM, now=now)
    entry = WaitlistEntry.objects.waiting().filter(invitation=invitation).first()
    if entry and unanswered_offers(entry) >= MAX_UNANSWERED:
        end_waitlist_entry(entry, now=now)
        audit.record("waitlist.end", entry, actor=SYSTEM, now=now)
    return bool(ended)


@transaction.atomic
def _end_entry(entry_id: int, *, now: datetime) -> bool:
    invitation = Invitation.objects.select_for_update(no_key=True).get(waitlist_entry=entry_id)
    entry = ended_entries(now).filter(pk=entry_id).first()
    if entry is None:
        return False
    end_waitlist_entry(entry, now=now)
    end_holds(invitation.holds.filter(reason=Hold.Reason.WAITLIST), state=Hold.State.WITHDRAWN, now=now)
    audit.record("waitlist.end", entry, actor=SYSTEM, now=now)
    return True


def _unbookable_holds(now: datetime) -> dict[int, list[int]]:
    """Keys of holds that cannot be booked any more, by invitation, so that a candidate gets one message about them.

    The advisor stopped or is absent, the hours changed, or the invitation is closed.
    """
    holds = list(Hold.objects.offered().select_related("invitation").prefetch_related("invitation__bookings"))
    if not holds:
        return {}
    policy = Policy.objects.current()
    own = [hold.entry_id for hold in holds if hold.entry_id]
    slots = free_slots_for(Advisor.objects.active(), slot_query_for(policy, now=now), policy=policy, without=own)
    slot_at = {(slot.advisor_id, slot.start): slot for slot in slots}
    unbookable: dict[int, list[int]] = {}
    for hold in holds:
        if not _is_bookable(hold, slot_at, now):
            unbookable.setdefault(hold.invitation_id, []).append(hold.pk)
    return unbookable


def _is_bookable(hold: Hold, slot_at: dict[tuple[int, int], Slot], now: datetime) -> bool:
    is_settled = any(booking.status in Booking.SETTLED for booking in hold.invitation.bookings.all())
    if is_settled or not hold.invitation.is_open(now):
        return False
    slot = slot_at.get((hold.advisor_id, int(hold.starts_at.timestamp())))
    return slot is not None and hold.channel in slot.channels and hold.language in slot.rules.languages


@transaction.atomic
def _withdraw(invitation_id: int, hold_ids: list[int], *, now: datetime) -> bool:
    """Withdraw the holds, and tell a candidate whose offer was sent already, if they can still choose a slot."""
    lock_invitation(invitation_id)
    sent = [key for key in hold_ids if not outbox.withdraw(about=f"hold:{key}", transport="mail", now=now)]
    holds = Hold.objects.filter(pk__in=hold_ids).select_related("advisor__user")
    ended = end_holds(holds, state=Hold.State.WITHDRAWN, now=now)
    for hold in ended:
        audit.record("hold.withdraw", hold, actor=SYSTEM, now=now)
    _announce_withdrawal(invitation_id, [hold for hold in ended if hold.pk in sent], now)
    return bool(ended)


def _announce_withdrawal(invitation_id: int, withdrawn: list[Hold], now: datetime) -> None:
    relations = "application__candidate__link", "application__vacancy"
    invitation = Invitation.objects.select_related(*relations).get(pk=invitation_id)
    if not withdrawn or not _may_still_choose(invitation, withdrawn[0].offered_at, now):
        return
    left = list(invitation.holds.offered().filter(expires_at__gt=now).select_related("advisor__user"))
    is_waiting = WaitlistEntry.objects.waiting().filter(invitation=invitation).exists()
    policy = Policy.objects.current()
    outbox.post(notifications.offer_withdrawn(withdrawn, invitation, policy, left=left, is_waiting=is_waiting), now=now)


def _may_still_choose(invitation: Invitation, since: datetime, now: datetime) -> bool:
    refused_at = (invitation.declined_at, invitation.candidate.messages_stopped_at)
    if any(at is not None and at >= since for at in refused_at):
        return False
    return invitation.is_open(now) and not invitation.bookings.settled().exists()
