"""The waiting list as the candidate sees it: join, change, leave, and say no to a moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.availability.queries import slots_for
from bookings.errors import AlreadyBooked, InvitationClosed
from bookings.holds import end_entry, end_holds
from bookings.locks import lock_invitation
from bookings.models import Hold, Invitation, WaitlistEntry
from bookings.sms_consent import agree_to_offers, check_number, check_texts, take_offers_back
from bookings.waitlist.preferences import fitting
from bookings.waitlist.queries import wishes_of
from candidates.contact import OFFERS, touch
from core.actors import Actor, key_of
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What the candidate wishes; nothing chosen means that everything is fine."""

    language: str
    weekdays: tuple[int, ...] = ()  # 0 is Monday
    day_parts: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    phone: str = ""  # E.164
    wants_sms: bool = False


def wait(*, invitation: Invitation, wishes: Waiting, actor: Actor, now: datetime) -> WaitlistEntry:
    """Put the candidate on the list, or change what they wish; the place in line stays.

    Raises InvitationClosed, AlreadyBooked, PhoneNeeded, MobileNeeded.
    """
    with audit.refusals_recorded("waitlist.join", invitation, actor=actor, now=now):
        check_number(wishes.phone, channel="", wants_sms=wishes.wants_sms)
        if wishes.wants_sms:
            check_texts(wishes.phone, Policy.objects.current())
        return _wait(invitation, wishes, actor, now)


def leave(*, invitation: Invitation, actor: Actor, now: datetime) -> None:
    """Off the list; a moment that was offered goes to the next in line. Leaving twice is the same as once."""
    with transaction.atomic():
        locked = _locked(invitation)
        entry = WaitlistEntry.objects.waiting().filter(invitation=locked).first()
        if entry is None:
            return
        end_entry(entry, now=now)
        end_holds(locked.holds.filter(reason=Hold.Reason.WAITLIST), state=Hold.State.DECLINED, now=now)
        audit.record("waitlist.leave", entry, actor=actor, now=now)


def decline(*, invitation: Invitation, actor: Actor, now: datetime) -> int:
    """None of the moments that are held now; who waits keeps waiting. Returns how many were given back."""
    with transaction.atomic():
        ended = end_holds(_locked(invitation).holds.all(), state=Hold.State.DECLINED, now=now)
        for one in ended:
            audit.record("hold.decline", one, actor=actor, now=now)
    return len(ended)


@transaction.atomic
def _wait(invitation: Invitation, wishes: Waiting, actor: Actor, now: datetime) -> WaitlistEntry:
    locked = _locked(invitation)
    if not locked.is_open(now):
        raise InvitationClosed
    if locked.bookings.settled().exists():
        raise AlreadyBooked
    was = WaitlistEntry.objects.filter(invitation=locked).first()
    is_new = was is None or was.ended_at is not None
    entry, _created = WaitlistEntry.objects.update_or_create(
        invitation=locked,
        defaults={
            "weekdays": sorted(wishes.weekdays),
            "day_parts": list(wishes.day_parts),
            "channels": list(wishes.channels),
            "language": wishes.language,
            "phone": wishes.phone,
            "wants_sms": wishes.wants_sms,
            "joined_at": now if is_new or was is None else was.joined_at,
            "ended_at": None,
        },
    )
    entry.known_starts = _free_already(entry, now)
    entry.save(update_fields=["known_starts"])
    _agree(entry, had_agreed=was is not None and was.ended_at is None and was.wants_sms, now=now)
    touch(locked.candidate, now=now)
    outbox.withdraw(about=key_of(locked), kinds=OFFERS, now=now)
    audit.record("waitlist.join" if is_new else "waitlist.change", entry, actor=actor, now=now)
    return entry


def _free_already(entry: WaitlistEntry, now: datetime) -> list[int]:
    """The candidate saw these and chose none of them: they are not offered, unless they go and come back."""
    slots = slots_for(entry.invitation, policy=Policy.objects.current(), now=now)
    return sorted({slot.start for slot in fitting(slots, wishes_of(entry))})


def _agree(entry: WaitlistEntry, *, had_agreed: bool, now: datetime) -> None:
    if entry.wants_sms and not had_agreed:
        agree_to_offers(entry, now=now)
    elif had_agreed and not entry.wants_sms:
        take_offers_back(entry, now=now)


def _locked(invitation: Invitation) -> Invitation:
    return lock_invitation(invitation.pk)
