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


def steps_of(referral: Referral, *, to_candidate: bool = False) -> list[Step]:
    """What was done, with its moment; then the one thing that is waited for. A candidate is spoken to as you."""
    return [*_done(referral, to_candidate), *_ahead(referral, to_candidate)]


def _done(referral: Referral, to_candidate: bool) -> list[Step]:
    if to_candidate:
        yes, no, gone = _("You said yes"), _("You said no"), _("You withdrew your introduction")
    else:
        yes, no, gone = _("The candidate said yes"), _("The candidate said no"), _("Withdrawn by the candidate")
    answer = _("The recruiter: does not fit now") if referral.answer_reason else _("The recruiter gets in touch")
    happened = [
        (_("Proposed by the advisor"), referral.proposed_at),
        (no, referral.refused_at),
        (yes, referral.consented_at),
        (answer, referral.answered_at),
        (_outcome(referral, to_candidate), referral.outcome_at),
        (gone, referral.withdrawn_at),
    ]
    return [Step(label, moment) for label, moment in happened if moment]


def _outcome(referral: Referral, to_candidate: bool) -> str:
    if to_candidate and referral.outcome == Referral.Outcome.WITHDRAWN:
        return _("You stopped")
    return str(referral.get_outcome_display())


def _ahead(referral: Referral, to_candidate: bool) -> list[Step]:
    if referral.withdrawn_at:
        return []
    if referral.state == State.AWAITING_CONSENT:
        decides = _("You decide") if to_candidate else _("The candidate decides")
        return [Step(decides, is_done=False, is_current=True)]
    if referral.state == State.SENT:
        return [Step(_("Answer of the recruiter, at the latest"), referral.answer_by, is_done=False, is_current=True)]
    if referral.state == State.ACCEPTED:
        return [Step(_("What came of it"), is_done=False, is_current=True)]
    return []
