"""Somebody was turned down: one service for form, CSV file and API, for one and for thousands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from candidates.completeness import Missing, missing_of
from candidates.drafts import RejectionDraft, VacancyDraft
from candidates.errors import AlreadyInvited
from candidates.models import Application, Rejection, Strength
from candidates.queries import missing_in
from candidates.rejections.code_lookup import Vocabulary
from candidates.rejections.matching import candidates_of, refuse_another, rename
from candidates.rejections.vacancy_lookup import open_vacancy, recruiters_by_email, vacancies_by_number
from core.actors import Actor
from core.formatting import printable
from organisation import audit

SCREEN = "screen"
BATCH = 500  # rows per round: more values than a statement may carry on SQLite otherwise


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # the candidate was invited already, so what stands stays


@dataclass(frozen=True, kw_only=True)
class Registered:
    rejection: Rejection
    outcome: Outcome
    missing: tuple[Missing, ...]


def register_rejection(*, draft: RejectionDraft, actor: Actor, now: datetime) -> Registered:
    """Store the rejection, also an incomplete one, which waits. The same draft again (same source and external id)
    changes nothing; what the source says anew is taken over until the candidate is invited. Raises
    NumberOfSomebodyElse."""
    try:
        return register_rejections(drafts=[draft], actor=actor, now=now)[0]
    except IntegrityError:  # the same report came in twice at the same moment: by now it stands
        return register_rejections(drafts=[draft], actor=actor, now=now)[0]


@transaction.atomic
def register_rejections(*, drafts: Sequence[RejectionDraft], actor: Actor, now: datetime) -> list[Registered]:
    """All or nothing, in the order of the drafts; no two of them have the same source and external id."""
    words = Vocabulary(draft.vacancy_id for draft in drafts)
    done: list[Registered] = []
    for start in range(0, len(drafts), BATCH):
        done += _register([_numbered(draft) for draft in drafts[start : start + BATCH]], words=words, now=now)
    for one in done:
        if one.outcome in (Outcome.CREATED, Outcome.CHANGED):
            audit.record(f"rejection.{_ACTIONS[one.outcome]}", one.rejection, actor=actor, now=now)
    return done


def unchanged_among(drafts: Sequence[RejectionDraft]) -> set[tuple[str, str]]:
    """Source and number of the drafts that say what they said before."""
    said = {_key(draft): _fingerprint(draft) for draft in drafts}
    standing = Application.objects.filter(external_id__in=[number for _source, number in said])
    rows = standing.values_list("source", "external_id", "fingerprint")
    return {(source, number) for source, number, digest in rows if said.get((source, number)) == digest}


@transaction.atomic
def change_rejection(*, rejection_id: int, draft: RejectionDraft, actor: Actor, now: datetime) -> Registered:
    """A recruiter corrects or completes it on screen. Raises AlreadyInvited."""
    rejection = _locked().get(pk=rejection_id)
    if Rejection.objects.invited().filter(pk=rejection_id).exists():
        raise AlreadyInvited
    missing = _rewrite(rejection, draft, words=Vocabulary([draft.vacancy_id]), now=now)
    audit.record("rejection.change", rejection, actor=actor, now=now)
    return Registered(rejection=rejection, outcome=Outcome.CHANGED, missing=missing)


_ACTIONS = {Outcome.CREATED: "register", Outcome.CHANGED: "change"}


def _register(drafts: Sequence[RejectionDraft], *, words: Vocabulary, now: datetime) -> list[Registered]:
    known = _known(drafts)
    created = iter(_create([draft for draft in drafts if _key(draft) not in known], words=words, now=now))
    keys = [rejection.pk for rejection in known.values()]
    invited = set(Rejection.objects.invited().filter(pk__in=keys).values_list("pk", flat=True))
    done = []
    for draft in drafts:
        rejection = known.get(_key(draft))
        if rejection is None:
            done.append(next(created))
        else:
            done.append(_take_over(rejection, draft, is_invited=rejection.pk in invited, words=words, now=now))
    return done


def _take_over(
    rejection: Rejection, draft: RejectionDraft, *, is_invited: bool, words: Vocabulary, now: datetime
) -> Registered:
    if rejection.application.fingerprint == _fingerprint(draft):
        return Registered(rejection=rejection, outcome=Outcome.UNCHANGED, missing=missing_in(rejection))
    refuse_another(rejection.application.candidate, draft.person)
    if is_invited:
        return Registered(rejection=rejection, outcome=Outcome.KEPT, missing=missing_in(rejection))
    rejection.application.fingerprint = _fingerprint(draft)
    missing = _rewrite(rejection, _without_gaps(draft, rejection), words=words, now=now)
    return Registered(rejection=rejection, outcome=Outcome.CHANGED, missing=missing)


def _without_gaps(draft: RejectionDraft, rejection: Rejection) -> RejectionDraft:
    """What a recruiter added on screen is not emptied by a source that does not know it."""
    return replace(
        draft,
        reason_code=draft.reason_code or (rejection.reason.code if rejection.reason else rejection.reason_label),
        component=draft.component or (rejection.component.code if rejection.component else ""),
        explanation=draft.explanation or rejection.explanation,
        strengths=draft.strengths or _texts_of(rejection),
        applied_on=draft.applied_on or rejection.application.applied_on,
        decided_on=draft.decided_on or rejection.decided_on,
        notified_on=draft.notified_on or rejection.notified_on,
        notified_by=draft.notified_by or rejection.notified_by,
    )


def _rewrite(rejection: Rejection, draft: RejectionDraft, *, words: Vocabulary, now: datetime) -> tuple[Missing, ...]:
    application = rejection.application
    if rename(application.candidate, draft.person):
        application.candidate.save()
    application.vacancy_id, application.stage = draft.vacancy_id, draft.stage
    application.applied_on = draft.applied_on
    application.save()
    missing = _fill(rejection, draft, words=words, now=now)
    rejection.save()
    if _texts_of(rejection) != draft.strengths:
        rejection.strengths.all().delete()
        Strength.objects.bulk_create(Strength(rejection=rejection, text=text) for text in draft.strengths)
    return missing


def _create(drafts: Sequence[RejectionDraft], *, words: Vocabulary, now: datetime) -> list[Registered]:
    applications = Application.objects.bulk_create(
        Application(
            candidate=candidate,
            vacancy_id=draft.vacancy_id,
            source=draft.source,
            external_id=draft.external_id,
            applied_on=draft.applied_on,
            stage=draft.stage,
            fingerprint=_fingerprint(draft),
        )
        for draft, candidate in zip(drafts, candidates_of(drafts), strict=True)
    )
    rejections = [Rejection(application=application) for application in applications]
    lacks = [_fill(one, draft, words=words, now=now) for one, draft in zip(rejections, drafts, strict=True)]
    Rejection.objects.bulk_create(rejections)
    Strength.objects.bulk_create(
        Strength(rejection=rejection, text=text)
        for rejection, draft in zip(rejections, drafts, strict=True)
        for text in draft.strengths
    )
    return [
        Registered(rejection=rejection, outcome=Outcome.CREATED, missing=missing)
        for rejection, missing in zip(rejections, lacks, strict=True)
    ]


def _fill(rejection: Rejection, draft: RejectionDraft, *, words: Vocabulary, now: datetime) -> tuple[Missing, ...]:
    """Put the words of the draft into the rejection, without saving; returns what is still missing."""
    reason = words.reason(draft.reason_code, standing=rejection.reason)
    rejection.recruiter_id, rejection.rejected_by = draft.recruiter_id, draft.rejected_by
    rejection.reason, rejection.reason_label = reason, "" if reason else draft.reason_code[:120]
    rejection.component = words.requirement(draft.vacancy_id, draft.component, may_add=draft.may_add_component)
    rejection.explanation = printable(draft.explanation).strip()
    rejection.decided_on = draft.decided_on
    rejection.notified_on, rejection.notified_by = draft.notified_on, draft.notified_by
    missing = missing_of(
        reason_is_known=reason is not None,
        needs_component=reason is not None and reason.needs_component,
        has_component=rejection.component is not None,
        explanation=rejection.explanation,
        strengths=draft.strengths,
    )
    is_complete = not missing and draft.rejected_by == Rejection.RejectedBy.ORGANISATION
    rejection.completed_at = (rejection.completed_at or now) if is_complete else None
    return missing


def _numbered(draft: RejectionDraft) -> RejectionDraft:
    """A form that is sent twice is one rejection; after going back, with other words, it is another one."""
    if draft.source != SCREEN or not draft.external_id:
        return draft
    return replace(draft, external_id=f"{draft.external_id}:{_fingerprint(draft)[:16]}")


def _known(drafts: Sequence[RejectionDraft]) -> dict[tuple[str, str], Rejection]:
    sources, numbers = {draft.source for draft in drafts}, {draft.external_id for draft in drafts} - {""}
    standing = _locked().filter(application__source__in=sources, application__external_id__in=numbers)
    return {(one.application.source, one.application.external_id): one for one in standing}


def _locked() -> QuerySet[Rejection]:
    """Locked against an invitation that goes out meanwhile."""
    return (
        Rejection.objects.select_for_update(of=("self",), no_key=True)
        .select_related("application__candidate", "reason", "component")
        .prefetch_related("strengths")
    )


def _key(draft: RejectionDraft) -> tuple[str, str]:
    return (draft.source, draft.external_id)


def _texts_of(rejection: Rejection) -> tuple[str, ...]:
    return tuple(strength.text for strength in rejection.strengths.all())


def _fingerprint(draft: RejectionDraft) -> str:
    return str(salted_hmac("candidates.fingerprint", repr(draft), algorithm="sha256").hexdigest())


@transaction.atomic
def report_rejection(*, draft: RejectionDraft, vacancy: VacancyDraft, actor: Actor, now: datetime) -> Registered:
    """Find or open the vacancy of this source and register. Raises VacancyUnknown, RecruiterUnknown,
    NumberOfSomebodyElse."""
    recruiters = recruiters_by_email()
    known = vacancies_by_number([vacancy.external_id], source=draft.source, any_source=False)
    found = known.get(vacancy.external_id) or open_vacancy(vacancy, source=draft.source, recruiters=recruiters)
    recruiter = recruiters.get(vacancy.recruiter_email.lower(), found.recruiter)
    whole = replace(draft, vacancy_id=found.pk, recruiter_id=recruiter.pk)
    return register_rejection(draft=whole, actor=actor, now=now)
