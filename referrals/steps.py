"""Where a referral stands, as steps that candidate, advisor and recruiter can follow. Values in, values out."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from referrals.models import Referral

State = Referral.State


@dataclass(frozen=True)
class Step:
    label: str
    on: date | datetime | None = None
    is_done: bool = True
    is_current: bool = False


def steps_of(referral: Referral) -> list[Step]:
    """What was done, with its moment; then the one thing that is waited for."""
    return [*_done(referral), *_ahead(referral)]


def _done(referral: Referral) -> list[Step]:
    answer = _("The recruiter gets in touch") if not referral.answer_reason else _("The recruiter: does not fit now")
    happened = [
        (_("Proposed by the advisor"), referral.proposed_at),
        (_("The candidate said no"), referral.refused_at),
        (_("The candidate said yes"), referral.consented_at),
        (answer, referral.answered_at),
        (str(referral.get_outcome_display()), referral.outcome_at),
        (_("Withdrawn by the candidate"), referral.withdrawn_at),
    ]
    return [Step(label, moment) for label, moment in happened if moment]


def _ahead(referral: Referral) -> list[Step]:
    if referral.withdrawn_at:
        return []
    if referral.state == State.AWAITING_CONSENT:
        return [Step(_("The candidate decides"), is_done=False, is_current=True)]
    if referral.state == State.SENT:
        return [Step(_("Answer of the recruiter, at the latest"), referral.answer_by, is_done=False, is_current=True)]
    if referral.state == State.ACCEPTED:
        return [Step(_("What came of it"), is_done=False, is_current=True)]
    return []
