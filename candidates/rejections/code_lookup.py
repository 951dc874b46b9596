"""What the words of a draft mean here: reasons, and requirements of vacancies."""

import hashlib
from collections.abc import Iterable

from django.utils.text import slugify

from candidates.models import RejectionReason
from core.formatting import one_line
from vacancies.models import Requirement

CODE, LABEL = 40, 160  # characters


class Vocabulary:
    """Read once for many drafts."""

    def __init__(self, vacancy_ids: Iterable[int]) -> None:
        self._reasons: dict[str, RejectionReason] = {}
        for reason in RejectionReason.objects.order_by("is_active", "pk"):  # what is in use wins
            for word in (reason.label_nl, reason.label_en, reason.code):
                self._reasons[word.casefold()] = reason
        self._requirements: dict[tuple[int, str], Requirement] = {}
        for requirement in Requirement.objects.filter(vacancy__in=set(vacancy_ids)):
            self._learn(requirement)

    def reason(self, word: str, *, standing: RejectionReason | None = None) -> RejectionReason | None:
        """By code or by label; None for a reason that we do not know, or that is hidden and not `standing` already."""
        found = self._reasons.get(word.casefold())
        return found if found and (found.is_active or found == standing) else None

    def requirement(self, vacancy_id: int, word: str, *, may_add: bool) -> Requirement | None:
        """By code or by label. With `may_add` words that are new become a requirement of the vacancy."""
        word = one_line(word)[:LABEL]
        known = self._requirements.get((vacancy_id, word.casefold()))
        if known or not word or not may_add:
            return known
        requirement = _added(vacancy_id, word)
        self._learn(requirement)
        return requirement

    def _learn(self, requirement: Requirement) -> None:
        for word in (requirement.label, requirement.code):
            self._requirements[requirement.vacancy_id, word.casefold()] = requirement


def _added(vacancy_id: int, label: str) -> Requirement:
    """Under a short code; with a digest behind it when other words have that code, or no letter of ours is in them."""
    slug, digest = slugify(label), hashlib.sha256(label.casefold().encode()).hexdigest()[:8]
    for code in (slug[:CODE], f"{(slug or 'requirement')[: CODE - 9]}-{digest}"):
        if not code:
            continue
        found, _created = Requirement.objects.get_or_create(vacancy_id=vacancy_id, code=code, defaults={"label": label})
        if found.label.casefold() == label.casefold():
            break
    return found
