"""What this room knows about a candidate: to hand out (GDPR art. 15 and 20) and to erase (art. 17)."""

from typing import Any

from core.actors import number_of
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
    """Every introduction of candidate:<pk>: who proposed it, for what, and to whom it was given."""
    return [_row(referral) for referral in _of(person_key).with_people().order_by("proposed_at", "pk")]


def erase(person_key: str) -> int:
    """Remove every introduction of this candidate. Returns how many rows are gone."""
    return _of(person_key).delete()[0]


def _of(person_key: str) -> ReferralQuerySet:
    return Referral.objects.filter(booking__invitation__application__candidate=number_of(person_key, "candidate"))


def _row(referral: Referral) -> dict[str, Any]:
    return {
        "vacancy": referral.vacancy.title,
        "department": referral.vacancy.department.name,
        "proposed_by": referral.booking.advisor.name,
        "given_to": referral.vacancy.recruiter.name if referral.consented_at else None,
        **{name: getattr(referral, name) for name in FIELDS},
    }
