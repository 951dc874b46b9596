"""Lookup of reasons and requirements by code or label."""

import hashlib
from collections.abc import Iterable

from django.utils.text import slugify

from candidates.models import RejectionReason
from candidates.rejections.validation import MAX_LENGTHS
from core.formatting import one_line
from vacancies.models import Requirement

MAX_CODE = 40  # characters


class CodeLookup:
    """Reasons and requirements, read once for many drafts."""

    def __init__(self, vacancy_ids: Iterable[int]) -> None:
        self._reasons: dict[str, RejectionReason] = {}
        # Active reasons come last, so that they win from a hidden one with the same label.
        for reason in RejectionReason.objects.prefetch_related("labels").order_by("is_active", "pk"):
            for text in (*(label.text for label in reason.labels.all()), reason.code):
                self._reasons[text.casefold()] = reason
        self._requirements: dict[tuple[int, str], Requirement] = {}
        for requirement in Requirement.objects.filter(vacancy__in=set(vacancy_ids)):
            self._add(requirement)

    def reason(self, text: str, *, current: RejectionReason | None = None) -> RejectionReason | None:
        """Reason with this code or label; a hidden reason only when it is the `current` one."""
        found = self._reasons.get(text.casefold())
        return found if found and (found.is_active or found == current) else None

    def requirement(self, vacancy_id: int, text: str, *, may_add: bool) -> Requirement | None:
        """Requirement of the vacancy with this code or label; with `may_add` an unknown one is created."""
        text = one_line(text)[: MAX_LENGTHS["component"]]
        known = self._requirements.get((vacancy_id, text.casefold()))
        if known or not text or not may_add:
            return known
        requirement = _create_requirement(vacancy_id, text)
        self._add(requirement)
        return requirement

    def _add(self, requirement: Requirement) -> None:
        for text in (requirement.label, requirement.code):
            self._requirements[requirement.vacancy_id, text.casefold()] = requirement


def _create_requirement(vacancy_id: int, label: str) -> Requirement:
    """Use the slug as code; append a digest when the slug is empty or belongs to another label."""
    slug, digest = slugify(label), hashlib.sha256(label.casefold().encode()).hexdigest()[:8]
    for code in (slug[:MAX_CODE], f"{(slug or 'requirement')[: MAX_CODE - 9]}-{digest}"):
        if not code:
            continue
        found, _created = Requirement.objects.get_or_create(vacancy_id=vacancy_id, code=code, defaults={"label": label})
        if found.label.casefold() == label.casefold():
            break
    return found
