"""What the worker does for the waiting list every minute: end what is over, and offer what came free.

First in line is who joined first, of those whose wishes fit. A moment that somebody let pass is not offered to them
again; who does not answer gets nothing else that day, and after three times without an answer leaves the list. Until
that next look, within a minute by day and in the morning for who is asleep, what came free is open to everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import free_slots_of, question_of
from advisors.availability.slots import Slot
from advisors.models import Advisor
from advisors.services import lock_agenda
from bookings import notifications
from bookings.holds import end_entry, end_holds, expiry_of, hold, question_for_hold
from bookings.locks import lock_invitation
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.schedule import is_awake
from bookings.waitlist.preferences import channel_for, fitting
from bookings.waitlist.queries import wishes_of
from candidates.contact import touch
from core.actors import SYSTEM
from core.batch import do_each
from core.message_schedule import Times
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

UNANSWERED = 3  # offers, and then somebody is not waiting any more


def end_what_is_over(*, now: datetime) -> int:
    """Holds and places on the list that came to their end without anybody saying so. Returns how many."""
    expired = Hold.objects.offered().filter(expires_at__lte=now)
    ended = do_each(_invitations(expired), partial(_expire, now=now), name="invitation")
    over = _over(now)
    ended += do_each(list(over.values_list("pk", flat=True)), partial(_stop, now=now), name="waitlistentry")
    impossible = _impossible(now)
    return ended + do_each(impossible, lambda key: _withdraw(key, impossible[key], now=now), name="invitation")


def offer_free_moments(*, now: datetime) -> int:
    """Hold what came free for the first in line and tell them. Returns how many were offered."""
    line = {entry.pk: entry for entry in _line(now)}
    if not line:
        return 0
    policy = Policy.objects.current()
    free = _Free(policy, now)
    for entry in line.values():
        _forget_what_is_gone(entry, free.slots)
    with_offer = set(Hold.objects.offered().values_list("invitation__application__candidate", flat=True))
    ready = [key for key, entry in line.items() if _may_be_offered(entry, with_offer, policy.times, now)]
    return do_each(ready, lambda key: _offer_to(line[key], free, policy, now), name="waitlistentry")


class _Free:
    """The moments that are free now; read again after each one that is taken."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self.read: Callable[[], list[Slot]] = partial(
            free_slots_of, Advisor.objects.active(), question_of(policy, now=now), policy=policy
        )
        self.slots = self.read()

    def again(self) -> None:
        self.slots = self.read()


@dataclass(frozen=True)
class _Found:
    slot: Slot
    channel: str
    expires_at: datetime


def _line(now: datetime) -> QuerySet[WaitlistEntry]:
    return (
        WaitlistEntry.objects.waiting()
        .exclude(pk__in=_over(now).values("pk"))
        .select_related(
            "invitation__application__candidate__link", "invitation__application__rejection__recruiter__advisor"
        )
        .prefetch_related("invitation__holds")
        .order_by("joined_at", "pk")
    )


def _over(now: datetime) -> QuerySet[WaitlistEntry]:
    """Booked, or the invitation ended, or the candidate said no since they joined."""
    booked = Booking.objects.settled().values("invitation")
    return WaitlistEntry.objects.waiting().filter(
        Q(invitation__open_until__lt=timezone.localdate(now))
        | Q(invitation__withdrawn_at__isnull=False)
        | Q(invitation__declined_at__gte=F("joined_at"))
        | Q(invitation__application__candidate__messages_stopped_at__gte=F("joined_at"))
        | Q(invitation__in=booked)
    )


def _forget_what_is_gone(entry: WaitlistEntry, slots: list[Slot]) -> None:
    """What was free when they joined and is not any more is new when it comes back."""
    known = set(entry.known_starts)
    still = known & {slot.start for slot in fitting(slots, wishes_of(entry))} if known else known
    if still != known:
        entry.known_starts = sorted(still)
        entry.save(update_fields=["known_starts"])


def _may_be_offered(entry: WaitlistEntry, with_offer: set[int], times: Times, now: datetime) -> bool:
    candidate = entry.invitation.candidate
    today = now.astimezone(candidate.zone).date()
    unanswered = [one for one in entry.invitation.holds.all() if one.state == Hold.State.EXPIRED]
    let_pass_today = any(one.expires_at.astimezone(candidate.zone).date() == today for one in unanswered)
    return is_awake(now, candidate.zone, times) and candidate.pk not in with_offer and not let_pass_today


def _offer_to(entry: WaitlistEntry, free: _Free, policy: Policy, now: datetime) -> bool:
    found = _first_for(entry, free.slots, policy, now)
    if found is None:
        return False
    try:
        return _hold_for(entry.pk, found, policy, now)
    except SlotTaken:
        return False
    finally:
        free.again()


def _first_for(entry: WaitlistEntry, slots: list[Slot], policy: Policy, now: datetime) -> _Found | None:
    invitation, wishes = entry.invitation, wishes_of(entry)
    expires_at = expiry_of(invitation, policy, now=now)
    if timezone.localdate(expires_at) > invitation.open_until:
        return None
    earliest = question_for_hold(policy, now=now, expires_at=expires_at).earliest
    seen = {*entry.known_starts, *(int(one.starts_at.timestamp()) for one in invitation.holds.all() if one.was_let_go)}
    for slot in slots:
        channel = channel_for(slot, wishes)
        if channel is not None and slot.start not in seen and slot.starts_at >= earliest:
            return _Found(slot, channel, expires_at)
    return None


@transaction.atomic
def _hold_for(entry_id: int, found: _Found, policy: Policy, now: datetime) -> bool:
    """Locks first and looks then: ten scans at once make one hold, and a candidate has one offer at a time."""
    lock_agenda(found.slot.advisor_id)
    invitation = (
        Invitation.objects.select_for_update(no_key=True, of=("self", "application__candidate"))
        .select_related("application__candidate__link", "application__vacancy")
        .get(waitlist_entry=entry_id)
    )
    entry = WaitlistEntry.objects.waiting().exclude(pk__in=_over(now).values("pk")).filter(pk=entry_id).first()
    if entry is None or Hold.objects.of_candidate(invitation.candidate).offered().exists():
        return False
    held = hold(
        invitation=invitation,
        slot=found.slot,
        channel=found.channel,
        language=entry.language,
        reason=Hold.Reason.WAITLIST,
        policy=policy,
        expires_at=found.expires_at,
        now=now,
    )
    touch(invitation.candidate, now=now)
    audit.record("hold.offer", held, actor=SYSTEM, now=now)
    outbox.post(*notifications.offered(held, entry, policy), now=now)
    return True


def _invitations(holds: QuerySet[Hold]) -> list[int]:
    return list(holds.order_by("invitation").values_list("invitation", flat=True).distinct())


@transaction.atomic
def _expire(invitation_id: int, *, now: datetime) -> bool:
    invitation = lock_invitation(invitation_id)
    ended = end_holds(invitation.holds.filter(expires_at__lte=now), state=Hold.State.EXPIRED, now=now)
    for one in ended:
        audit.record("hold.expire", one, actor=SYSTEM, now=now)
    entry = WaitlistEntry.objects.waiting().filter(invitation=invitation).first()
    if entry and unanswered_of(entry) >= UNANSWERED:
        end_entry(entry, now=now)
        audit.record("waitlist.end", entry, actor=SYSTEM, now=now)
    return bool(ended)


def unanswered_of(entry: WaitlistEntry) -> int:
    """How many offers in a row ended without a word, since they joined."""
    offers = entry.invitation.holds.filter(reason=Hold.Reason.WAITLIST, offered_at__gte=entry.joined_at)
    states = offers.exclude(state=Hold.State.OFFERED).order_by("-offered_at", "-pk").values_list("state", flat=True)
    answered = (number for number, state in enumerate(states) if state != Hold.State.EXPIRED)
    return next(answered, len(states))


@transaction.atomic
def _stop(entry_id: int, *, now: datetime) -> bool:
    invitation = Invitation.objects.select_for_update(no_key=True).get(waitlist_entry=entry_id)
    entry = _over(now).filter(pk=entry_id).first()
    if entry is None:
        return False
    end_entry(entry, now=now)
    end_holds(invitation.holds.filter(reason=Hold.Reason.WAITLIST), state=Hold.State.WITHDRAWN, now=now)
    audit.record("waitlist.end", entry, actor=SYSTEM, now=now)
    return True


def _impossible(now: datetime) -> dict[int, list[int]]:
    """Holds that cannot be booked any more: the advisor stopped or is away, the hours changed, or nobody may book.

    By invitation, as somebody who loses three moments gets one letter.
    """
    holds = list(Hold.objects.offered().select_related("invitation").prefetch_related("invitation__bookings"))
    if not holds:
        return {}
    policy = Policy.objects.current()
    own = [one.entry_id for one in holds if one.entry_id]
    slots = free_slots_of(Advisor.objects.active(), question_of(policy, now=now), policy=policy, without=own)
    open_at = {(slot.advisor_id, slot.start): slot for slot in slots}
    impossible: dict[int, list[int]] = {}
    for one in holds:
        if not _is_possible(one, open_at, now):
            impossible.setdefault(one.invitation_id, []).append(one.pk)
    return impossible


def _is_possible(held: Hold, open_at: dict[tuple[int, int], Slot], now: datetime) -> bool:
    settled = any(booking.status in Booking.SETTLED for booking in held.invitation.bookings.all())
    if settled or not held.invitation.is_open(now):
        return False
    slot = open_at.get((held.advisor_id, int(held.starts_at.timestamp())))
    return slot is not None and held.channel in slot.channels and held.language in slot.terms.languages


@transaction.atomic
def _withdraw(invitation_id: int, hold_ids: list[int], *, now: datetime) -> bool:
    """Who was told that nobody else can have it is told that it is gone, as long as they can choose another."""
    lock_invitation(invitation_id)
    told = [key for key in hold_ids if not outbox.withdraw(about=f"hold:{key}", channel="mail", now=now)]
    holds = Hold.objects.filter(pk__in=hold_ids).select_related("advisor__user")
    ended = end_holds(holds, state=Hold.State.WITHDRAWN, now=now)
    for one in ended:
        audit.record("hold.withdraw", one, actor=SYSTEM, now=now)
    _tell_that_it_is_gone(invitation_id, [one for one in ended if one.pk in told], now)
    return bool(ended)


def _tell_that_it_is_gone(invitation_id: int, gone: list[Hold], now: datetime) -> None:
    people = "application__candidate__link", "application__vacancy"
    invitation = Invitation.objects.select_related(*people).get(pk=invitation_id)
    if not gone or not _may_still_choose(invitation, gone[0].offered_at, now):
        return
    left = list(invitation.holds.offered().filter(expires_at__gt=now).select_related("advisor__user"))
    waits = WaitlistEntry.objects.waiting().filter(invitation=invitation).exists()
    policy = Policy.objects.current()
    outbox.post(notifications.offer_gone(gone, invitation, policy, left=left, waits=waits), now=now)


def _may_still_choose(invitation: Invitation, since: datetime, now: datetime) -> bool:
    said_no = (invitation.declined_at, invitation.candidate.messages_stopped_at)
    if any(at is not None and at >= since for at in said_no):
        return False
    return invitation.is_open(now) and not invitation.bookings.settled().exists()
