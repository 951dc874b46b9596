"""Reads that more than one door needs."""

from candidates.completeness import Missing, missing_of
from candidates.models import Rejection


def missing_in(rejection: Rejection) -> tuple[Missing, ...]:
    """What a stored rejection lacks. Fetch it with its reason and strengths."""
    reason = rejection.reason
    return missing_of(
        reason_is_known=reason is not None and reason.is_active,
        needs_component=reason is not None and reason.needs_component,
        has_component=rejection.component_id is not None,
        explanation=rejection.explanation,
        strengths=[strength.text for strength in rejection.strengths.all()],
    )
