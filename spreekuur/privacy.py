"""Everything about one person, over all rooms: export (GDPR art. 15 and 20) and erasure (art. 17)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import notifications
from bookings import privacy as bookings
from bookings.models import Booking, Invitation
from candidates import privacy as candidates
from candidates.models import Candidate
from core.actors import Actor, key_of
from organisation import audit
from organisation.models import AuditEvent, Policy
from outbox import privacy as outbox
from outbox import services as outbox_services
from outbox.drafts import Draft
from referrals import privacy as referrals
from referrals.models import Referral
from talks import privacy as talks

ROOMS = {
    "candidates": candidates,
    "bookings": bookings,
    "talks": talks,
    "referrals": referrals,
    "outbox": outbox,
}

READS = ("file.read", "candidate.read", "referral.read")


def export_candidate(candidate: Candidate, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """A room's name and what it keeps of this candidate, notes and letters included; there is no hidden note type. What
    came back by mail and text stands below it, and who read the files of talks and the referrals; who read the
    rejections, with the candidate."""
    key = key_of(candidate)
    audit.record("candidate.export", candidate, actor=actor, now=now)
    exported: dict[str, Any] = {name: room.export(key) for name, room in ROOMS.items()}
    about = _spoken_of(candidate)
    answers = outbox.export_answers(key, about=about, address=candidate.email)
    passed_on = outbox.export_passed_on(about=about, address=candidate.email)
    return exported | {"answers": answers, "passed_on": passed_on, "read_by": _readers(candidate)}


@transaction.atomic
def erase_candidate(candidate: Candidate, *, actor: Actor, now: datetime) -> None:
    """Everything goes at once, also what was written to staff about this candidate's talks. The trail keeps keys."""
    key = key_of(candidate)
    _lock(candidate)
    letters = _to_advisors_of_talks(candidate, now)
    for message_key in _spoken_of(candidate):
        outbox.erase_about(message_key)
    outbox.erase_from(candidate.email)
    for name in ("outbox", "referrals", "talks", "bookings", "candidates"):
        ROOMS[name].erase(key)
    outbox_services.post(*letters, now=now)
    audit.record("candidate.erase", key, actor=actor, now=now)


def _to_advisors_of_talks(candidate: Candidate, now: datetime) -> list[Draft]:
    """A talk that is ahead must not stay in a calendar; the letters name nobody."""
    ahead = Booking.objects.of_candidate(candidate).standing().filter(ends_at__gt=now)
    policy = Policy.objects.current()
    return [notifications.erased(booking, policy, now=now) for booking in ahead]


def _lock(candidate: Candidate) -> None:
    """In the order of every service, before anything goes: they and we do not wait for each other, nothing is added."""
    for things in (Invitation.objects, Booking.objects, Referral.objects):
        list(things.of_candidate(candidate).select_for_update(of=("self",)).order_by("pk"))


def _spoken_of(candidate: Candidate) -> list[str]:
    """What a message may be about, of this candidate: invitations, talks, referrals."""
    things = (
        *Invitation.objects.of_candidate(candidate),
        *Booking.objects.of_candidate(candidate),
        *Referral.objects.of_candidate(candidate),
    )
    return [key_of(thing) for thing in things]


def _readers(candidate: Candidate) -> list[dict[str, Any]]:
    """Who looked at which talk or referral, and when; as keys of staff, not as names."""
    read = AuditEvent.objects.filter(action__in=READS, about__in=_spoken_of(candidate)).order_by("at", "pk")
    return [{"action": event.action, "about": event.about, "actor": event.actor, "at": event.at} for event in read]
