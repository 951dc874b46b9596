"""What this room knows about a candidate: to hand out (GDPR art. 15 and 20) and to erase (art. 17)."""

from candidates.models import Candidate
from referrals.models import Referral

EXPORTED = (
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


def export(candidate: Candidate) -> dict[str, object]:
    """`referrals`: every introduction with who proposed it, for what, and to whom it was given."""
    referrals = Referral.objects.of_candidate(candidate).with_people().order_by("proposed_at", "pk")
    return {"referrals": [_row(referral) for referral in referrals]}


def erase(candidate: Candidate) -> int:
    """Remove every introduction of this candidate; returns how many. In the caller's transaction."""
    return Referral.objects.of_candidate(candidate).delete()[0]


def _row(referral: Referral) -> dict[str, object]:
    return {
        "vacancy": referral.vacancy.title,
        "department": referral.vacancy.department.name,
        "proposed_by": referral.booking.advisor.name,
        "given_to": referral.vacancy.recruiter.name if referral.consented_at else None,
        **{name: getattr(referral, name) for name in EXPORTED},
    }
