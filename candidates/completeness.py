"""When a rejection says enough to be sent to a candidate, and what it lacks."""

from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Missing(StrEnum):
    REASON = "reason"
    COMPONENT = "component"
    EXPLANATION = "explanation"
    STRENGTH = "strength"

    @property
    def words(self) -> str:
        return str(_WORDS[self])


_WORDS = {
    Missing.REASON: _("a reason from our list"),
    Missing.COMPONENT: _("the requirement on which it failed"),
    Missing.EXPLANATION: _("an explanation"),
    Missing.STRENGTH: _("at least one strength"),
}
PARTS = len(Missing)


def missing_of(
    *,
    reason_is_known: bool,
    needs_component: bool,
    has_component: bool,
    explanation: str,
    strengths: Sequence[str],
) -> tuple[Missing, ...]:
    """Empty when the rejection is complete. `reason_is_known`: a coded reason that is in use."""
    lacks = {
        Missing.REASON: not reason_is_known,
        Missing.COMPONENT: needs_component and not has_component,
        Missing.EXPLANATION: not explanation.strip(),
        Missing.STRENGTH: not any(strength.strip() for strength in strengths),
    }
    return tuple(part for part, is_lacking in lacks.items() if is_lacking)
