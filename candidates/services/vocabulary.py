"""What the words of a draft mean here: reasons, and requirements of vacancies."""

from collections.abc import Iterable

from django.utils.text import slugify

from candidates.models import RejectionReason
from organisation.wording import one_line
from vacancies.models import Requirement


class Vocabulary:
    """Read once for many drafts."""

    def __init__(self, vacancy_ids: Iterable[int]) -> None:
        self._reasons: dict[str, RejectionReason] = {}
        for reason in RejectionReason.objects.filter(is_active=True):
            for word in (reason.label_nl, reason.label_en, reason.code):
                self._reasons[word.casefold()] = reason
        self._requirements: dict[tuple[int, str], Requirement] = {}
        for requirement in Requirement.objects.filter(vacancy__in=set(vacancy_ids)):
            self._learn(requirement)

    def reason(self, word: str) -> RejectionReason | None:
        """By code or by label; None for a reason that we do not know or do not use any more."""
        return self._reasons.get(word.casefold())

    def requirement(self, vacancy_id: int, word: str, *, may_add: bool) -> Requirement | None:
        """By code or by label. With `may_add` words that are new become a requirement of the vacancy."""
        word = one_line(word)
        known = self._requirements.get((vacancy_id, word.casefold()))
        if known or not word or not may_add:
            return known
        requirement, _created = Requirement.objects.get_or_create(
            vacancy_id=vacancy_id, code=slugify(word)[:40] or "requirement", defaults={"label": word[:160]}
        )
        self._learn(requirement)
        return requirement

    def _learn(self, requirement: Requirement) -> None:
        for word in (requirement.label, requirement.code):
            self._requirements[requirement.vacancy_id, word.casefold()] = requirement
