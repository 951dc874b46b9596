"""Forecast of a registration, without writing: for the preview of a file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from candidates.completeness import Missing, missing_parts
from candidates.drafts import RejectionDraft
from candidates.models import Rejection
from candidates.queries import missing_parts_of
from candidates.rejections.code_lookup import CodeLookup
from candidates.rejections.services import RegistrationOutcome, filled_from, fingerprint_of


@dataclass(frozen=True)
class Forecast:
    outcome: RegistrationOutcome
    missing: tuple[Missing, ...]
    is_told: bool  # the candidate was told, says the draft or what is stored


def forecast_registrations(drafts: Sequence[RejectionDraft]) -> list[Forecast]:
    """Outcome of each draft, of one source, in their order; a draft for a new vacancy has `vacancy_id` 0."""
    stored = _stored({draft.source for draft in drafts}, {draft.external_id for draft in drafts})
    invited = set(
        Rejection.objects.invited().filter(pk__in=[one.pk for one in stored.values()]).values_list("pk", flat=True)
    )
    lookup = CodeLookup(draft.vacancy_id for draft in drafts)
    return [_forecast(draft, stored.get((draft.source, draft.external_id)), invited, lookup) for draft in drafts]


def _stored(sources: Collection[str], external_ids: Collection[str]) -> dict[tuple[str, str], Rejection]:
    found = (
        Rejection.objects.filter(application__source__in=sources, application__external_id__in=external_ids)
        .select_related("application", "reason", "component")
        .prefetch_related("strengths")
    )
    return {(one.application.source, one.application.external_id): one for one in found}


def _forecast(
    draft: RejectionDraft, rejection: Rejection | None, invited: Collection[int], lookup: CodeLookup
) -> Forecast:
    if rejection is None:
        return Forecast(RegistrationOutcome.CREATED, _missing(draft, lookup), draft.notified_on is not None)
    is_told = rejection.notified_on is not None
    if rejection.application.fingerprint == fingerprint_of(draft):
        return Forecast(RegistrationOutcome.UNCHANGED, missing_parts_of(rejection), is_told)
    if rejection.pk in invited:
        return Forecast(RegistrationOutcome.KEPT, missing_parts_of(rejection), is_told)
    draft = filled_from(draft, rejection)
    return Forecast(RegistrationOutcome.CHANGED, _missing(draft, lookup), draft.notified_on is not None)


def _missing(draft: RejectionDraft, lookup: CodeLookup) -> tuple[Missing, ...]:
    reason = lookup.reason(draft.reason_code)
    known = lookup.requirement(draft.vacancy_id, draft.component, may_add=False)
    return missing_parts(
        reason_is_known=reason is not None,
        needs_component=reason is not None and reason.needs_component,
        has_component=known is not None or bool(draft.component.strip() and draft.may_add_component),
        explanation=draft.explanation,
        strengths=draft.strengths,
    )
