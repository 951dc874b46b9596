"""Which candidate a report is about. By the number of its source only: who shares a mail address is asked later."""

from collections.abc import Iterable, Sequence

from candidates.drafts import PersonDraft, RejectionDraft
from candidates.errors import NumberOfSomebodyElse
from candidates.models import Candidate, CandidateSource
from core.formatting import one_line


def rename(candidate: Candidate, person: PersonDraft) -> bool:
    """Take over name and contact; false when they stood like that already. Does not save."""
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


def refuse_another(candidate: Candidate, person: PersonDraft) -> None:
    """A number never turns one person into another. Raises NumberOfSomebodyElse."""
    if candidate.email.lower() != person.email.strip().lower():
        raise NumberOfSomebodyElse


def addresses_of(numbers: Iterable[str], *, source: str) -> dict[str, str]:
    """The mail address, in small letters, of who is known by each number of this source."""
    rows = CandidateSource.objects.filter(source=source, external_id__in=set(numbers) - {""})
    return {number: email.lower() for number, email in rows.values_list("external_id", "candidate__email")}


def candidates_of(drafts: Sequence[RejectionDraft]) -> list[Candidate]:
    """The candidate of each draft, saved: known by the number of its source, new otherwise.

    Raises NumberOfSomebodyElse.
    """
    numbers = {draft.person.external_id for draft in drafts} - {""}
    rows = CandidateSource.objects.filter(external_id__in=numbers).select_related("candidate")
    known = {(row.source, row.external_id): row.candidate for row in rows}
    people: list[Candidate] = []
    fresh: list[tuple[Candidate, RejectionDraft]] = []
    for draft in drafts:
        number = (draft.source, draft.person.external_id)
        candidate = known.get(number) if draft.person.external_id else None
        if candidate is None:
            candidate = Candidate()
            fresh.append((candidate, draft))
        else:
            refuse_another(candidate, draft.person)
        if draft.person.external_id:
            known[number] = candidate
        if rename(candidate, draft.person) and candidate.pk:
            candidate.save()
        people.append(candidate)
    _add(fresh)
    return people


def _add(fresh: Sequence[tuple[Candidate, RejectionDraft]]) -> None:
    Candidate.objects.bulk_create(candidate for candidate, _draft in fresh)
    CandidateSource.objects.bulk_create(
        CandidateSource(candidate=candidate, source=draft.source, external_id=draft.person.external_id)
        for candidate, draft in fresh
        if draft.person.external_id
    )
