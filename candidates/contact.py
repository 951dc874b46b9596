"""Last contact with a candidate, opt-out of messages, time zone and consent."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from candidates.models import Candidate, Consent
from core.actors import Actor, object_key
from organisation import audit
from outbox import services as outbox
from outbox.models import Message

INVITATION_KINDS = ("invitation", "invitation_reminder")
UNSOLICITED_KINDS = (*INVITATION_KINDS, "survey")  # which a candidate may stop (Telecommunicatiewet, article 11.7)


def record_contact(candidate: Candidate, *, now: datetime) -> None:
    """Store the time of the last contact, from which the date of erasure follows; it never moves back."""
    earlier = Q(last_contact_at__isnull=True) | Q(last_contact_at__lt=now)
    Candidate.objects.filter(earlier, pk=candidate.pk).update(last_contact_at=now)


@transaction.atomic
def stop_messages(*, candidate: Candidate, actor: Actor, now: datetime) -> None:
    """Send no more invitations, reminders of them, or surveys; queued ones are withdrawn.

    Messages about a booked appointment still leave. Mail programs may repeat the request: it is audited once.
    """
    Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)  # nobody may post an invitation meanwhile
    is_new = Candidate.objects.filter(pk=candidate.pk, messages_stopped_at__isnull=True).update(messages_stopped_at=now)
    unsolicited = Message.objects.filter(person_key=object_key(candidate), kind__in=UNSOLICITED_KINDS)
    for about in set(unsolicited.values_list("about", flat=True)):
        outbox.withdraw(about=about, kinds=UNSOLICITED_KINDS, now=now)
    if is_new:
        audit.record("candidate.stop_messages", candidate, actor=actor, now=now)


@transaction.atomic
def set_time_zone(*, candidate: Candidate, zone: str, actor: Actor, now: datetime) -> None:
    """Show times in this zone (an IANA name), from the next page and message on."""
    Candidate.objects.filter(pk=candidate.pk).update(time_zone=zone)
    audit.record("candidate.choose_zone", candidate, actor=actor, now=now)


def give_consent(
    *, candidate: Candidate, purpose: Consent.Purpose, text_version: str, language: str, scope: str, now: datetime
) -> Consent:
    """Record a consent: its purpose, the version of the text and the language in which it was read."""
    return Consent.objects.create(
        candidate=candidate, purpose=purpose, text_version=text_version, language=language, scope=scope, given_at=now
    )


def withdraw_consent(*, candidate: Candidate, purpose: Consent.Purpose, scope: str, now: datetime) -> None:
    """End a consent; the record stays, as proof that it was given."""
    given = Consent.objects.filter(candidate=candidate, purpose=purpose, scope=scope, withdrawn_at__isnull=True)
    given.update(withdrawn_at=now)


def withdraw_consents(*, purpose: Consent.Purpose, scopes: Collection[str], now: datetime) -> None:
    """End the consents of every candidate for these scopes."""
    Consent.objects.filter(purpose=purpose, scope__in=scopes, withdrawn_at__isnull=True).update(withdrawn_at=now)


def scopes_consented_after(since: datetime, *, purpose: Consent.Purpose, scopes: Collection[str]) -> set[str]:
    """Scopes for which a consent of after this time still holds."""
    later = Consent.objects.filter(purpose=purpose, scope__in=scopes, given_at__gt=since, withdrawn_at__isnull=True)
    return set(later.values_list("scope", flat=True))
