"""The same person from two sources: a recruiter says whether it is one person or two."""

from datetime import datetime

from django.db import transaction

from candidates.errors import NotTheSameAddress
from candidates.models import AccessLink, Application, Candidate, CandidateSource, Consent
from core.actors import Actor, key_of
from organisation import audit
from outbox.models import Message


@transaction.atomic
def merge_candidates(*, first: int, second: int, actor: Actor, now: datetime) -> None:
    """One person: the older one stays and gets all that the other has. Asked twice, it is done once.

    The private link of the other one ends here: a candidate has one link. Who opens it from an earlier letter gets
    the friendly page, which mails the link that stays to the same address.
    Raises NotTheSameAddress.
    """
    pair = _locked(first, second)
    if len(pair) < 2:
        return
    stays, goes = pair
    Application.objects.filter(candidate=goes).update(candidate=stays)
    CandidateSource.objects.filter(candidate=goes).update(candidate=stays)
    Consent.objects.filter(candidate=goes).update(candidate=stays)
    Message.objects.filter(person_key=key_of(goes)).update(person_key=key_of(stays))
    AccessLink.objects.filter(candidate=goes).delete()
    stays.distinct_from.add(*goes.distinct_from.exclude(pk=stays.pk))
    _take_over(stays, goes)
    audit.record("candidate.merge", stays, actor=actor, result=key_of(goes), now=now)
    goes.delete()


@transaction.atomic
def keep_apart(*, first: int, second: int, actor: Actor, now: datetime) -> None:
    """Two people who share an address; not asked again."""
    pair = _locked(first, second)
    if len(pair) < 2 or pair[0].distinct_from.contains(pair[1]):
        return
    pair[0].distinct_from.add(pair[1])
    audit.record("candidate.keep_apart", pair[0], actor=actor, result=key_of(pair[1]), now=now)


def _locked(first: int, second: int) -> list[Candidate]:
    """Those of the two that still exist, the older first."""
    pair = list(Candidate.objects.select_for_update().filter(pk__in=[first, second]).order_by("pk"))
    if len({candidate.email.lower() for candidate in pair}) > 1:
        raise NotTheSameAddress
    return pair


def _take_over(stays: Candidate, goes: Candidate) -> None:
    """What either of them told us counts: no more messages, a number, the last contact, mail that came back."""
    stopped = [one.messages_stopped_at for one in (stays, goes) if one.messages_stopped_at]
    contacts = [one.last_contact_at for one in (stays, goes) if one.last_contact_at]
    stays.messages_stopped_at = min(stopped, default=None)
    stays.last_contact_at = max(contacts, default=None)
    stays.email_failed_at = stays.email_failed_at or goes.email_failed_at
    stays.phone = stays.phone or goes.phone
    stays.save()
