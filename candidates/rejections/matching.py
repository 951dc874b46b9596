"""Match reports to candidates by the id at the source only; a shared mail address is decided by a recruiter later."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from candidates.address import change_address
from candidates.drafts import PersonDraft, RejectionDraft
from candidates.errors import CandidateShared, ExternalIdTaken
from candidates.models import Candidate, CandidateSource
from candidates.names import clean_name, full_name
from candidates.sharing import foreign_candidates, shared_candidates
from core.actors import Actor
from core.formatting import one_line

DETAILS = ("first_name", "infix", "last_name", "email", "phone", "language")


def update_details(candidate: Candidate, person: PersonDraft) -> bool:
    """Copy name, phone number and language, without saving. False when nothing changed.

    Of the address only upper and lower case: another one is `change_address`.
    """
    values = {
        "first_name": clean_name(person.first_name),
        "infix": one_line(person.infix),
        "last_name": clean_name(person.last_name),
        "email": person.email.strip() if is_same_address(candidate, person) else candidate.email,
        "phone": person.phone or str(candidate.phone or ""),
        "language": person.language,
    }
    changed = {name: value for name, value in values.items() if str(getattr(candidate, name) or "") != value}
    for name, value in changed.items():
        setattr(candidate, name, value)
    return bool(changed)


def is_same_address(candidate: Candidate, person: PersonDraft) -> bool:
    return candidate.email.lower() == person.email.strip().lower()


def report_details(candidate: Candidate, person: PersonDraft, *, is_shared: bool) -> None:
    """Take over what a source reports of a stored candidate, unless others have the candidate too."""
    if not is_shared and update_details(candidate, person):
        candidate.save(update_fields=DETAILS)


@transaction.atomic
def change_person(candidate: Candidate, person: PersonDraft, *, actor: Actor, now: datetime) -> None:
    """Change the details and the address on screen. Raises CandidateShared, EmployerAddress."""
    if update_details(candidate, person):
        if shared_candidates([candidate.pk], actor=actor):
            raise CandidateShared
        candidate.save(update_fields=DETAILS)
    if not is_same_address(candidate, person):
        change_address(candidate=candidate, email=person.email, actor=actor, now=now)


def refuse_other_candidate(candidate: Candidate, person: PersonDraft) -> None:
    """Refuse a known id with another mail address, which may be another person. Raises ExternalIdTaken."""
    if not is_same_address(candidate, person):
        raise ExternalIdTaken


def emails_by_external_id(external_ids: Iterable[str], *, source: str) -> dict[str, str]:
    """Mail address in lower case of each known candidate, by their id at this source."""
    rows = CandidateSource.objects.filter(source=source, external_id__in=set(external_ids) - {""})
    return {external_id: email.lower() for external_id, email in rows.values_list("external_id", "candidate__email")}


def candidates_for(drafts: Sequence[RejectionDraft], *, actor: Actor) -> list[Candidate]:
    """Candidate of each draft, saved: matched by the id at its source, otherwise created.

    Raises ExternalIdTaken.
    """
    known = _known_by_source(drafts, actor=actor)
    shared = shared_candidates({candidate.pk for candidate in known.values()}, actor=actor)
    candidates: list[Candidate] = []
    created: list[tuple[Candidate, RejectionDraft]] = []
    for draft in drafts:
        key = (draft.source, draft.person.external_id)
        candidate = known.get(key) if draft.person.external_id else None
        if candidate is None:
            candidate = Candidate(email=draft.person.email.strip())
            created.append((candidate, draft))
        else:
            refuse_other_candidate(candidate, draft.person)
        if draft.person.external_id:
            known[key] = candidate
        if candidate.pk:
            report_details(candidate, draft.person, is_shared=candidate.pk in shared)
        else:
            update_details(candidate, draft.person)
        candidates.append(candidate)
    _store(created)
    return candidates


def _known_by_source(drafts: Sequence[RejectionDraft], *, actor: Actor) -> dict[tuple[str, str], Candidate]:
    """Stored candidates by source and id.

    A number and an address can be guessed: a candidate whom the actor may not see is matched only when the name is the
    same. Otherwise a second candidate is made, and the colleague is asked whether it is the same person.
    """
    people = {(draft.source, draft.person.external_id): draft.person for draft in drafts if draft.person.external_id}
    rows = CandidateSource.objects.filter(external_id__in={external_id for _source, external_id in people})
    found = {(row.source, row.external_id): row.candidate for row in rows.select_related("candidate")}
    found = {key: candidate for key, candidate in found.items() if key in people}
    foreign = foreign_candidates({candidate.pk for candidate in found.values()}, actor=actor)
    return {
        key: candidate
        for key, candidate in found.items()
        if candidate.pk not in foreign or _has_same_name(candidate, people[key])
    }


def _has_same_name(candidate: Candidate, person: PersonDraft) -> bool:
    first, infix, last = (one_line(name) for name in (person.first_name, person.infix, person.last_name))
    return candidate.full_name.casefold() == full_name(first_name=first, infix=infix, last_name=last).casefold()


def _store(created: Sequence[tuple[Candidate, RejectionDraft]]) -> None:
    """Save the new candidates, with their id at the source unless a colleague's candidate has it."""
    Candidate.objects.bulk_create(candidate for candidate, _draft in created)
    CandidateSource.objects.bulk_create(
        (
            CandidateSource(candidate=candidate, source=draft.source, external_id=draft.person.external_id)
            for candidate, draft in created
            if draft.person.external_id
        ),
        ignore_conflicts=True,
    )
