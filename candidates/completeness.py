"""Parts that a rejection needs before its candidate is invited."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Missing(StrEnum):
    REASON = "reason"
    COMPONENT = "component"
    EXPLANATION = "explanation"
    STRENGTH = "strength"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS = {
    Missing.REASON: _("a reason from our list"),
    Missing.COMPONENT: _("the requirement on which it failed"),
    Missing.EXPLANATION: _("an explanation"),
    Missing.STRENGTH: _("at least one strength"),
}
PART_COUNT = len(Missing)


def missing_parts(
    *,
    reason_is_known: bool,
    needs_component: bool,
    has_component: bool,
    explanation: str,
    strengths: Sequence[str],
) -> tuple[Missing, ...]:
    """Parts that are missing; empty when the rejection is complete.

    `reason_is_known`: the reason is one of the coded reasons in use.
    """
    is_missing = {
        Missing.REASON: not reason_is_known,
        Missing.COMPONENT: needs_component and not has_component,
        Missing.EXPLANATION: not explanation.strip(),
        Missing.STRENGTH: not any(strength.strip() for strength in strengths),
    }
    return tuple(part for part, applies in is_missing.items() if applies)
