"""Match reports to candidates by the id at the source only; a shared mail address is decided by a recruiter later."""

from collections.abc import Iterable, Sequence

from candidates.drafts import PersonDraft, RejectionDraft
from candidates.errors import ExternalIdTaken
from candidates.models import Candidate, CandidateSource
from core.formatting import one_line


def update_details(candidate: Candidate, person: PersonDraft) -> bool:
    """Copy name and contact to the candidate, without saving. False when nothing changed."""
    values = {
        "first_name": one_line(person.first_name),
        "infix": one_line(person.infix),
        "last_name": one_line(person.last_name),
        "email": person.email.strip(),
        "phone": person.phone or str(candidate.phone or ""),
        "language": person.language,
    }
    changed = {name: value for name, value in values.items() if str(getattr(candidate, name) or "") != value}
    for name, value in changed.items():
        setattr(candidate, name, value)
    if "email" in changed:
        candidate.email_failed_at = None
    return bool(changed)


def refuse_other_candidate(candidate: Candidate, person: PersonDraft) -> None:
    """Refuse a known id with another mail address, which may be another person. Raises ExternalIdTaken."""
    if candidate.email.lower() != person.email.strip().lower():
        raise ExternalIdTaken


def emails_by_external_id(external_ids: Iterable[str], *, source: str) -> dict[str, str]:
    """Mail address in lower case of each known candidate, by their id at this source."""
    rows = CandidateSource.objects.filter(source=source, external_id__in=set(external_ids) - {""})
    return {external_id: email.lower() for external_id, email in rows.values_list("external_id", "candidate__email")}


def candidates_for(drafts: Sequence[RejectionDraft]) -> list[Candidate]:
    """Candidate of each draft, saved: matched by the id at its source, otherwise created.

    Raises ExternalIdTaken.
    """
    external_ids = {draft.person.external_id for draft in drafts} - {""}
    rows = CandidateSource.objects.filter(external_id__in=external_ids).select_related("candidate")
    known = {(row.source, row.external_id): row.candidate for row in rows}
    candidates: list[Candidate] = []
    created: list[tuple[Candidate, RejectionDraft]] = []
    for draft in drafts:
        key = (draft.source, draft.person.external_id)
        candidate = known.get(key) if draft.person.external_id else None
        if candidate is None:
            candidate = Candidate()
            created.append((candidate, draft))
        else:
            refuse_other_candidate(candidate, draft.person)
        if draft.person.external_id:
            known[key] = candidate
        if update_details(candidate, draft.person) and candidate.pk:
            candidate.save()
        candidates.append(candidate)
    _store(created)
    return candidates


def _store(created: Sequence[tuple[Candidate, RejectionDraft]]) -> None:
    Candidate.objects.bulk_create(candidate for candidate, _draft in created)
    CandidateSource.objects.bulk_create(
        CandidateSource(candidate=candidate, source=draft.source, external_id=draft.person.external_id)
        for candidate, draft in created
        if draft.person.external_id
    )
