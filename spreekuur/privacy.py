"""Export (GDPR art. 15 and 20) and erasure (art. 17) of one candidate, over all apps."""

from datetime import datetime
from typing import Any

from django.db import transaction

from bookings import notifications
from bookings import privacy as bookings
from bookings.models import Booking, Invitation
from candidates import privacy as candidates
from candidates.models import Candidate
from core.actors import Actor, object_key
from organisation import audit
from organisation.models import AuditEvent, Policy
from outbox import privacy as outbox
from outbox import services as outbox_services
from outbox.drafts import MessageDraft
from referrals import privacy as referrals
from referrals.models import Referral
from talks import privacy as talks

APPS = {
    "candidates": candidates,
    "bookings": bookings,
    "talks": talks,
    "referrals": referrals,
    "outbox": outbox,
}

READS = ("file.read", "candidate.read", "referral.read")


def export_candidate(candidate: Candidate, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Data of this candidate per app, including notes and messages; there are no hidden notes.

    Also mail and SMS that came back, mail that was passed on, and who read the files of talks and the referrals. Who
    read the rejections is part of the candidate's own data.
    """
    key = object_key(candidate)
    audit.record("candidate.export", candidate, actor=actor, now=now)
    exported: dict[str, Any] = {name: app.export(key) for name, app in APPS.items()}
    about = _subject_keys(candidate)
    answers = outbox.export_replies(key, about=about, address=candidate.email)
    passed_on = outbox.export_forwarded(about=about, address=candidate.email)
    return exported | {"answers": answers, "passed_on": passed_on, "read_by": _readers(candidate)}


@transaction.atomic
def erase_candidate(candidate: Candidate, *, actor: Actor, now: datetime) -> None:
    """Erase all data of the candidate, including messages to staff about them. The audit trail keeps keys."""
    key = object_key(candidate)
    _lock(candidate)
    drafts = _cancellations_to_advisors(candidate, now)
    for message_key in _subject_keys(candidate):
        outbox.erase_about(message_key)
    outbox.erase_from(candidate.email)
    for name in ("outbox", "referrals", "talks", "bookings", "candidates"):
        APPS[name].erase(key)
    outbox_services.post(*drafts, now=now)
    audit.record("candidate.erase", key, actor=actor, now=now)


def _cancellations_to_advisors(candidate: Candidate, now: datetime) -> list[MessageDraft]:
    """Mails that remove future talks from the advisors' calendars, without names."""
    future = Booking.objects.of_candidate(candidate).booked().filter(ends_at__gt=now)
    policy = Policy.objects.current()
    return [notifications.erased(booking, policy, now=now) for booking in future]


def _lock(candidate: Candidate) -> None:
    """Lock all rows in the lock order of the services, so that there is no deadlock and nothing is added meanwhile."""
    for manager in (Invitation.objects, Booking.objects, Referral.objects):
        list(manager.of_candidate(candidate).select_for_update(of=("self",)).order_by("pk"))


def _subject_keys(candidate: Candidate) -> list[str]:
    """Keys of the candidate's invitations, talks and referrals: the subjects of messages and audit entries."""
    objects = (
        *Invitation.objects.of_candidate(candidate),
        *Booking.objects.of_candidate(candidate),
        *Referral.objects.of_candidate(candidate),
    )
    return [object_key(one) for one in objects]


def _readers(candidate: Candidate) -> list[dict[str, Any]]:
    """Reads of the candidate's files and referrals, with the staff as keys and not as names."""
    read = AuditEvent.objects.filter(action__in=READS, about__in=_subject_keys(candidate)).order_by("at", "pk")
    return [{"action": event.action, "about": event.about, "actor": event.actor, "at": event.at} for event in read]
