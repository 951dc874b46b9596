"""Candidates with the same mail address: merge them, or mark them as different people."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from candidates.duplicate_queries import may_answer
from candidates.errors import DifferentAddresses, PairUnknown
from candidates.models import AccessLink, Application, Candidate, CandidateSource, Consent, DuplicateConfirmation
from core.actors import Actor, object_key
from organisation import audit
from organisation.models import User
from outbox.models import Message


class Answer(StrEnum):
    MERGED = "merged"
    ASKED = "asked"  # the colleague decides
    DISTINCT = "distinct"


@transaction.atomic
def answer_pair(*, first: int, second: int, is_same: bool, user: User, now: datetime) -> Answer:
    """Store a recruiter's answer whether two candidates are one person; repeating it changes nothing.

    Both are merged at once only for who may see both. Otherwise a recruiter of the older one answers first, and then
    one of the younger one: neither gets the other's candidate alone. Raises PairUnknown, DifferentAddresses.
    """
    actor, pair = Actor.of(user), _locked(first, second)
    if len(pair) < 2:
        return Answer.MERGED
    older, younger = pair
    if not may_answer(user, older=older, younger=younger):
        raise PairUnknown
    if not is_same:
        mark_distinct(first=first, second=second, actor=actor, now=now)
        return Answer.DISTINCT
    if Candidate.objects.visible_to(user).filter(pk=younger.pk).exists():
        merge_candidates(first=first, second=second, actor=actor, now=now)
        return Answer.MERGED
    _confirm(older, younger, user=user, now=now)
    return Answer.ASKED


def _confirm(older: Candidate, younger: Candidate, *, user: User, now: datetime) -> None:
    values = {"confirmed_by": user, "confirmed_at": now}
    _row, is_new = DuplicateConfirmation.objects.get_or_create(older=older, younger=younger, defaults=values)
    if is_new:
        result = object_key(younger)
        audit.record("candidate.confirm_same", older, actor=Actor.of(user), result=result, now=now)


@transaction.atomic
def merge_candidates(*, first: int, second: int, actor: Actor, now: datetime) -> None:
    """Merge the younger candidate into the older one; repeating it changes nothing. `answer_pair` checks who may.

    The younger one's private link ends, as a candidate has one link. Opening it shows the page that mails the
    remaining link to the same address. Raises DifferentAddresses.
    """
    pair = _locked(first, second)
    if len(pair) < 2:
        return
    kept, merged = pair
    Application.objects.filter(candidate=merged).update(candidate=kept)
    CandidateSource.objects.filter(candidate=merged).update(candidate=kept)
    Consent.objects.filter(candidate=merged).update(candidate=kept)
    Message.objects.filter(person_key=object_key(merged)).update(person_key=object_key(kept))
    AccessLink.objects.filter(candidate=merged).delete()
    kept.distinct_from.add(*merged.distinct_from.exclude(pk=kept.pk))
    _merge_contact_data(kept, merged)
    audit.record("candidate.merge", kept, actor=actor, result=object_key(merged), now=now)
    merged.delete()


@transaction.atomic
def mark_distinct(*, first: int, second: int, actor: Actor, now: datetime) -> None:
    """Record that two candidates are different people, so that the pair is not shown again."""
    pair = _locked(first, second)
    if len(pair) < 2 or pair[0].distinct_from.contains(pair[1]):
        return
    pair[0].distinct_from.add(pair[1])
    DuplicateConfirmation.objects.filter(older=pair[0], younger=pair[1]).delete()
    audit.record("candidate.keep_apart", pair[0], actor=actor, result=object_key(pair[1]), now=now)


def _locked(first: int, second: int) -> list[Candidate]:
    """The candidates of the pair that still exist, locked, the older first. Raises DifferentAddresses."""
    pair = list(Candidate.objects.select_for_update().filter(pk__in=[first, second]).order_by("pk"))
    if len({candidate.email.lower() for candidate in pair}) > 1:
        raise DifferentAddresses
    return pair


def _merge_contact_data(kept: Candidate, merged: Candidate) -> None:
    """Keep the earliest opt-out, the latest contact, a bounced address and a phone number of either."""
    stopped = [one.messages_stopped_at for one in (kept, merged) if one.messages_stopped_at]
    contacts = [one.last_contact_at for one in (kept, merged) if one.last_contact_at]
    kept.messages_stopped_at = min(stopped, default=None)
    kept.last_contact_at = max(contacts, default=None)
    kept.email_failed_at = kept.email_failed_at or merged.email_failed_at
    kept.phone = kept.phone or merged.phone
    kept.save()
