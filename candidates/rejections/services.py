"""Register and change rejections, from form, CSV file and API, one or thousands at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from candidates.completeness import Missing, missing_parts
from candidates.drafts import RejectionDraft, VacancyDraft
from candidates.errors import AlreadyInvited, ColleaguesRejection
from candidates.models import Application, Rejection, Strength
from candidates.queries import missing_parts_of
from candidates.rejections.code_lookup import CodeLookup
from candidates.rejections.matching import candidates_for, change_person, refuse_other_candidate, report_details
from candidates.rejections.vacancy_lookup import create_vacancy, recruiters_by_email, vacancies_by_external_id
from candidates.sharing import hidden_applications, shared_candidates
from core.actors import Actor
from core.formatting import printable
from organisation import audit

SCREEN = "screen"
BATCH_SIZE = 500  # rows; SQLite limits the number of values in a statement


class RegistrationOutcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # not changed, as the candidate has been invited


@dataclass(frozen=True, kw_only=True)
class Registration:
    rejection: Rejection
    outcome: RegistrationOutcome
    missing: tuple[Missing, ...]


def register_rejection(*, draft: RejectionDraft, actor: Actor, now: datetime) -> Registration:
    """Store a rejection; an incomplete one waits until a recruiter completes it.

    The same draft again (same source and external id) changes nothing. A changed draft is taken over until the
    candidate is invited. Raises ExternalIdTaken.
    """
    try:
        return register_rejections(drafts=[draft], actor=actor, now=now)[0]
    except IntegrityError:  # two identical reports at once: the other one is stored by now
        return register_rejections(drafts=[draft], actor=actor, now=now)[0]


@transaction.atomic
def register_rejections(*, drafts: Sequence[RejectionDraft], actor: Actor, now: datetime) -> list[Registration]:
    """Register all drafts or none, and return them in this order. Source and external id are unique among them."""
    lookup = CodeLookup(draft.vacancy_id for draft in drafts)
    registrations: list[Registration] = []
    for start in range(0, len(drafts), BATCH_SIZE):
        registrations += _register(
            [_with_unique_id(draft) for draft in drafts[start : start + BATCH_SIZE]],
            lookup=lookup,
            actor=actor,
            now=now,
        )
    for outcome, action in _ACTIONS.items():
        done = [registration.rejection for registration in registrations if registration.outcome is outcome]
        audit.record_each(f"rejection.{action}", done, actor=actor, now=now)
    return registrations


def unchanged_drafts(drafts: Sequence[RejectionDraft]) -> set[tuple[str, str]]:
    """Source and external id of the drafts that are equal to what is stored."""
    fingerprints = {_key(draft): fingerprint_of(draft) for draft in drafts}
    stored = Application.objects.filter(external_id__in=[external_id for _source, external_id in fingerprints])
    return {
        (source, external_id)
        for source, external_id, fingerprint in stored.values_list("source", "external_id", "fingerprint")
        if fingerprints.get((source, external_id)) == fingerprint
    }


@transaction.atomic
def change_rejection(*, rejection_id: int, draft: RejectionDraft, actor: Actor, now: datetime) -> Registration:
    """Change a rejection on screen, before the invitation. Raises AlreadyInvited, CandidateShared, EmployerAddress."""
    rejection = _locked().get(pk=rejection_id)
    if Rejection.objects.invited().filter(pk=rejection_id).exists():
        raise AlreadyInvited
    change_person(rejection.application.candidate, draft.person, actor=actor, now=now)
    missing = _rewrite(rejection, draft, lookup=CodeLookup([draft.vacancy_id]), now=now)
    audit.record("rejection.change", rejection, actor=actor, now=now)
    return Registration(rejection=rejection, outcome=RegistrationOutcome.CHANGED, missing=missing)


_ACTIONS = {RegistrationOutcome.CREATED: "register", RegistrationOutcome.CHANGED: "change"}


def _register(
    drafts: Sequence[RejectionDraft], *, lookup: CodeLookup, actor: Actor, now: datetime
) -> list[Registration]:
    known = _known(drafts)
    new = [draft for draft in drafts if _key(draft) not in known]
    created = iter(_create(new, lookup=lookup, actor=actor, now=now))
    limits = _Limits.of(known.values(), actor=actor)
    done = []
    for draft in drafts:
        rejection = known.get(_key(draft))
        if rejection is None:
            done.append(next(created))
        else:
            done.append(_update(rejection, draft, limits=limits, lookup=lookup, now=now))
    return done


@dataclass(frozen=True)
class _Limits:
    """Stored rows that a report leaves as they are, read once for many reports."""

    invited: set[int]  # rejections
    hidden: set[int]  # applications that the actor may not see, and so not change by a file either
    shared: set[int]  # candidates

    @classmethod
    def of(cls, rejections: Collection[Rejection], *, actor: Actor) -> "_Limits":
        if not rejections:
            return cls(set(), set(), set())
        keys = [rejection.pk for rejection in rejections]
        applications = Application.objects.filter(rejection__in=keys)
        return cls(
            invited=set(Rejection.objects.invited().filter(pk__in=keys).values_list("pk", flat=True)),
            hidden=set(hidden_applications(applications, actor=actor).values_list("pk", flat=True)),
            shared=shared_candidates({rejection.application.candidate_id for rejection in rejections}, actor=actor),
        )


def _update(
    rejection: Rejection, draft: RejectionDraft, *, limits: _Limits, lookup: CodeLookup, now: datetime
) -> Registration:
    application = rejection.application
    if application.fingerprint == fingerprint_of(draft):
        return Registration(
            rejection=rejection, outcome=RegistrationOutcome.UNCHANGED, missing=missing_parts_of(rejection)
        )
    refuse_other_candidate(application.candidate, draft.person)
    if application.pk in limits.hidden:
        raise ColleaguesRejection
    if rejection.pk in limits.invited:
        return Registration(rejection=rejection, outcome=RegistrationOutcome.KEPT, missing=missing_parts_of(rejection))
    report_details(application.candidate, draft.person, is_shared=application.candidate_id in limits.shared)
    application.fingerprint = fingerprint_of(draft)
    missing = _rewrite(rejection, filled_from(draft, rejection), lookup=lookup, now=now)
    return Registration(rejection=rejection, outcome=RegistrationOutcome.CHANGED, missing=missing)


def filled_from(draft: RejectionDraft, rejection: Rejection) -> RejectionDraft:
    """Fill empty fields of the draft from the rejection: a source does not empty what a recruiter added on screen."""
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


def _rewrite(rejection: Rejection, draft: RejectionDraft, *, lookup: CodeLookup, now: datetime) -> tuple[Missing, ...]:
    application = rejection.application
    application.vacancy_id, application.stage = draft.vacancy_id, draft.stage
    application.applied_on = draft.applied_on
    application.save()
    missing = _fill(rejection, draft, lookup=lookup, now=now)
    rejection.save()
    if _texts_of(rejection) != draft.strengths:
        rejection.strengths.all().delete()
        Strength.objects.bulk_create(Strength(rejection=rejection, text=text) for text in draft.strengths)
    return missing


def _create(drafts: Sequence[RejectionDraft], *, lookup: CodeLookup, actor: Actor, now: datetime) -> list[Registration]:
    applications = Application.objects.bulk_create(
        Application(
            candidate=candidate,
            vacancy_id=draft.vacancy_id,
            source=draft.source,
            external_id=draft.external_id,
            applied_on=draft.applied_on,
            stage=draft.stage,
            fingerprint=fingerprint_of(draft),
        )
        for draft, candidate in zip(drafts, candidates_for(drafts, actor=actor), strict=True)
    )
    rejections = [Rejection(application=application) for application in applications]
    missing_per_rejection = [
        _fill(rejection, draft, lookup=lookup, now=now) for rejection, draft in zip(rejections, drafts, strict=True)
    ]
    Rejection.objects.bulk_create(rejections)
    Strength.objects.bulk_create(
        Strength(rejection=rejection, text=text)
        for rejection, draft in zip(rejections, drafts, strict=True)
        for text in draft.strengths
    )
    return [
        Registration(rejection=rejection, outcome=RegistrationOutcome.CREATED, missing=missing)
        for rejection, missing in zip(rejections, missing_per_rejection, strict=True)
    ]


def _fill(rejection: Rejection, draft: RejectionDraft, *, lookup: CodeLookup, now: datetime) -> tuple[Missing, ...]:
    """Copy the draft to the rejection, without saving; returns the parts that are missing."""
    reason = lookup.reason(draft.reason_code, current=rejection.reason)
    rejection.recruiter_id, rejection.rejected_by = draft.recruiter_id, draft.rejected_by
    rejection.reason, rejection.reason_label = reason, "" if reason else draft.reason_code[:120]
    rejection.component = lookup.requirement(draft.vacancy_id, draft.component, may_add=draft.may_add_component)
    rejection.explanation = printable(draft.explanation).strip()
    rejection.decided_on = draft.decided_on
    rejection.notified_on, rejection.notified_by = draft.notified_on, draft.notified_by
    missing = missing_parts(
        reason_is_known=reason is not None,
        needs_component=reason is not None and reason.needs_component,
        has_component=rejection.component is not None,
        explanation=rejection.explanation,
        strengths=draft.strengths,
    )
    is_complete = not missing and draft.rejected_by == Rejection.RejectedBy.ORGANISATION
    rejection.completed_at = (rejection.completed_at or now) if is_complete else None
    return missing


def _with_unique_id(draft: RejectionDraft) -> RejectionDraft:
    """Make a form posted twice one rejection, and a form changed after going back another one."""
    if draft.source != SCREEN or not draft.external_id:
        return draft
    return replace(draft, external_id=f"{draft.external_id}:{fingerprint_of(draft)[:16]}")


def _known(drafts: Sequence[RejectionDraft]) -> dict[tuple[str, str], Rejection]:
    sources, external_ids = {draft.source for draft in drafts}, {draft.external_id for draft in drafts} - {""}
    known = _locked().filter(application__source__in=sources, application__external_id__in=external_ids)
    return {(rejection.application.source, rejection.application.external_id): rejection for rejection in known}


def _locked() -> QuerySet[Rejection]:
    """Rejections locked for update, so that no invitation leaves meanwhile."""
    return (
        Rejection.objects.select_for_update(of=("self",), no_key=True)
        .select_related("application__candidate", "reason", "component")
        .prefetch_related("strengths")
    )


def _key(draft: RejectionDraft) -> tuple[str, str]:
    return (draft.source, draft.external_id)


def _texts_of(rejection: Rejection) -> tuple[str, ...]:
    return tuple(strength.text for strength in rejection.strengths.all())


def fingerprint_of(draft: RejectionDraft) -> str:
    """Keyed digest of the draft, by which the next report of the same rejection is seen to be equal or changed."""
    return str(salted_hmac("candidates.fingerprint", repr(draft), algorithm="sha256").hexdigest())


@transaction.atomic
def report_rejection(*, draft: RejectionDraft, vacancy: VacancyDraft, actor: Actor, now: datetime) -> Registration:
    """Find or create the vacancy of this source and register the rejection.

    Raises VacancyUnknown, RecruiterUnknown, ExternalIdTaken.
    """
    recruiters = recruiters_by_email()
    known = vacancies_by_external_id([vacancy.external_id], source=draft.source)
    found = known.get(vacancy.external_id) or create_vacancy(vacancy, source=draft.source, recruiters=recruiters)
    recruiter = recruiters.get(vacancy.recruiter_email.lower(), found.recruiter)
    draft = replace(draft, vacancy_id=found.pk, recruiter_id=recruiter.pk)
    return register_rejection(draft=draft, actor=actor, now=now)
