"""Export (GDPR art. 15 and 20) and erasure (art. 17) of the referrals of a candidate."""

from typing import Any

from core.actors import pk_from_key
from referrals.models import Referral, ReferralQuerySet

FIELDS = (
    "introduction",
    "is_changed_by_candidate",
    "state",
    "proposed_at",
    "refused_at",
    "consented_at",
    "answer_by",
    "answered_at",
    "answer_reason",
    "outcome",
    "outcome_at",
    "withdrawn_at",
)


def export(person_key: str) -> list[dict[str, Any]]:
    """Referrals of `candidate:<pk>`: who proposed each, for which vacancy, and to whom it was sent."""
    return [_row(referral) for referral in _of(person_key).with_people().order_by("proposed_at", "pk")]


def erase(person_key: str) -> int:
    """Delete the referrals of this candidate. Returns the number of deleted rows."""
    return _of(person_key).delete()[0]


def _of(person_key: str) -> ReferralQuerySet:
    return Referral.objects.filter(booking__invitation__application__candidate=pk_from_key(person_key, "candidate"))


def _row(referral: Referral) -> dict[str, Any]:
    return {
        "vacancy": referral.vacancy.title,
        "department": referral.vacancy.department.name,
        "proposed_by": referral.booking.advisor.name,
        "given_to": referral.vacancy.recruiter.name if referral.consented_at else None,
        **{name: getattr(referral, name) for name in FIELDS},
    }
