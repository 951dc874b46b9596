"""When we last had contact, and the wish for no more messages."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from candidates.models import Candidate, Consent
from core.actors import Actor, key_of
from organisation import audit
from outbox import services as outbox
from outbox.models import Message

OFFERS = ("invitation", "invitation_reminder")
UNASKED = (*OFFERS, "survey")  # what somebody may stop (Telecommunicatiewet 11.7)


def touch(candidate: Candidate, *, now: datetime) -> None:
    """Contact drives the date of erasure; it never moves back."""
    earlier = Q(last_contact_at__isnull=True) | Q(last_contact_at__lt=now)
    Candidate.objects.filter(earlier, pk=candidate.pk).update(last_contact_at=now)


@transaction.atomic
def stop_messages(*, candidate: Candidate, actor: Actor, now: datetime) -> None:
    """No more invitations, reminders of them, or surveys; what waits is not sent. Appointments that stand keep theirs.

    Mail programs may ask again and again: the trail says it once.
    """
    Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)  # no letter may be written meanwhile
    wanted = Candidate.objects.filter(pk=candidate.pk, messages_stopped_at__isnull=True)
    is_new = wanted.update(messages_stopped_at=now)
    unasked = Message.objects.filter(person_key=key_of(candidate), kind__in=UNASKED)
    for about in set(unasked.values_list("about", flat=True)):
        outbox.withdraw(about=about, kinds=UNASKED, now=now)
    if is_new:
        audit.record("candidate.stop_messages", candidate, actor=actor, now=now)


@transaction.atomic
def choose_zone(*, candidate: Candidate, zone: str, actor: Actor, now: datetime) -> None:
    """Say times as clocks in this zone show them, from the next page and message on. `zone` is a name of CLDR's."""
    Candidate.objects.filter(pk=candidate.pk).update(time_zone=zone)
    audit.record("candidate.choose_zone", candidate, actor=actor, now=now)


def give_consent(
    *, candidate: Candidate, purpose: Consent.Purpose, text_version: str, language: str, scope: str, now: datetime
) -> Consent:
    """The record that proves what was agreed to, and in which words."""
    return Consent.objects.create(
        candidate=candidate, purpose=purpose, text_version=text_version, language=language, scope=scope, given_at=now
    )


def withdraw_consent(*, candidate: Candidate, purpose: Consent.Purpose, scope: str, now: datetime) -> None:
    """It stays on record that it was given, and until when."""
    given = Consent.objects.filter(candidate=candidate, purpose=purpose, scope=scope, withdrawn_at__isnull=True)
    given.update(withdrawn_at=now)


def withdraw_consents(*, purpose: Consent.Purpose, scopes: Collection[str], now: datetime) -> None:
    """Of whoever gave it for one of these."""
    Consent.objects.filter(purpose=purpose, scope__in=scopes, withdrawn_at__isnull=True).update(withdrawn_at=now)


def scopes_agreed_after(moment: datetime, *, purpose: Consent.Purpose, scopes: Collection[str]) -> set[str]:
    """Those of these for which consent was given later than that."""
    later = Consent.objects.filter(purpose=purpose, scope__in=scopes, given_at__gt=moment, withdrawn_at__isnull=True)
    return set(later.values_list("scope", flat=True))
