"""Join, change and leave the waitlist, and decline an offer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.availability.queries import bookable_slots
from bookings.errors import AlreadyBooked, InvitationClosed
from bookings.holds import end_holds, end_waitlist_entry
from bookings.locks import lock_invitation
from bookings.models import Hold, Invitation, WaitlistEntry
from bookings.sms_consent import check_number, check_sms_allowed, give_offer_sms_consent, withdraw_offer_sms_consent
from bookings.waitlist.preferences import matching_slots
from bookings.waitlist.queries import preferences_of
from candidates.contact import INVITATION_KINDS, record_contact
from core.actors import Actor, object_key
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox


@dataclass(frozen=True, kw_only=True)
class WaitlistRequest:
    """Preferences as submitted by the candidate; empty means no preference."""

    language: str
    weekdays: tuple[int, ...] = ()  # 0 is Monday
    day_parts: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    phone: str = ""  # E.164
    wants_sms: bool = False


def join_waitlist(*, invitation: Invitation, request: WaitlistRequest, actor: Actor, now: datetime) -> WaitlistEntry:
    """Join the waitlist, or change the preferences without losing the place in it.

    Raises InvitationClosed, AlreadyBooked, PhoneNeeded, MobileNeeded, SmsDisabled, SmsCountryNotAllowed, SmsOptedOut.
    """
    with audit.record_refusals("waitlist.join", invitation, actor=actor, now=now):
        check_number(request.phone, channel="", wants_sms=request.wants_sms)
        if request.wants_sms:
            check_sms_allowed(request.phone, Policy.objects.current())
        return _join(invitation, request, actor, now)


def leave_waitlist(*, invitation: Invitation, actor: Actor, now: datetime) -> None:
    """End the entry and release its offer for the next one; a repeated call has no effect."""
    with transaction.atomic():
        locked = lock_invitation(invitation.pk)
        entry = WaitlistEntry.objects.waiting().filter(invitation=locked).first()
        if entry is None:
            return
        end_waitlist_entry(entry, now=now)
        end_holds(locked.holds.filter(reason=Hold.Reason.WAITLIST), state=Hold.State.DECLINED, now=now)
        audit.record("waitlist.leave", entry, actor=actor, now=now)


def decline_offer(*, invitation: Invitation, actor: Actor, now: datetime) -> int:
    """Decline all holds that are on offer and return their number; a waitlist entry stays."""
    with transaction.atomic():
        ended = end_holds(lock_invitation(invitation.pk).holds.all(), state=Hold.State.DECLINED, now=now)
        for hold in ended:
            audit.record("hold.decline", hold, actor=actor, now=now)
    return len(ended)


@transaction.atomic
def _join(invitation: Invitation, request: WaitlistRequest, actor: Actor, now: datetime) -> WaitlistEntry:
    locked = lock_invitation(invitation.pk)
    if not locked.is_open(now):
        raise InvitationClosed
    if locked.bookings.settled().exists():
        raise AlreadyBooked
    old = WaitlistEntry.objects.filter(invitation=locked).first()
    is_new = old is None or old.ended_at is not None
    entry, _created = WaitlistEntry.objects.update_or_create(
        invitation=locked,
        defaults={
            "weekdays": sorted(request.weekdays),
            "day_parts": list(request.day_parts),
            "channels": list(request.channels),
            "language": request.language,
            "phone": request.phone,
            "wants_sms": request.wants_sms,
            "joined_at": now if is_new or old is None else old.joined_at,
            "ended_at": None,
        },
    )
    entry.known_starts = _known_starts(entry, now)
    entry.save(update_fields=["known_starts"])
    _update_sms_consent(entry, had_consent=old is not None and old.ended_at is None and old.wants_sms, now=now)
    record_contact(locked.candidate, now=now)
    outbox.withdraw(about=object_key(locked), kinds=INVITATION_KINDS, now=now)
    audit.record("waitlist.join" if is_new else "waitlist.change", entry, actor=actor, now=now)
    return entry


def _known_starts(entry: WaitlistEntry, now: datetime) -> list[int]:
    """Starts (Unix seconds) that match and are free now: the candidate could choose them, so they are not offered."""
    slots = bookable_slots(entry.invitation, policy=Policy.objects.current(), now=now)
    return sorted({slot.start for slot in matching_slots(slots, preferences_of(entry))})


def _update_sms_consent(entry: WaitlistEntry, *, had_consent: bool, now: datetime) -> None:
    if entry.wants_sms and not had_consent:
        give_offer_sms_consent(entry, now=now)
    elif had_consent and not entry.wants_sms:
        withdraw_offer_sms_consent(entry, now=now)
