"""Timeline of a referral for candidate, advisor and recruiter. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from referrals.models import Referral

State = Referral.State


@dataclass(frozen=True)
class TimelineEntry:
    label: str
    on: date | datetime | None = None
    is_done: bool = True
    is_current: bool = False


def timeline_for(referral: Referral, *, to_candidate: bool = False) -> list[TimelineEntry]:
    """Past events with their time, then the next expected one. `to_candidate` addresses the candidate as "you"."""
    return [*_past(referral, to_candidate), *_next(referral, to_candidate)]


def _past(referral: Referral, to_candidate: bool) -> list[TimelineEntry]:
    if to_candidate:
        yes, no, gone = _("You said yes"), _("You said no"), _("You withdrew your introduction")
    else:
        yes, no, gone = _("The candidate said yes"), _("The candidate said no"), _("Withdrawn by the candidate")
    answer = _("The recruiter: does not fit now") if referral.answer_reason else _("The recruiter gets in touch")
    events = [
        (_("Proposed by the advisor"), referral.proposed_at),
        (no, referral.refused_at),
        (yes, referral.consented_at),
        (answer, referral.answered_at),
        (_outcome(referral, to_candidate), referral.outcome_at),
        (gone, referral.withdrawn_at),
    ]
    return [TimelineEntry(label, happened_at) for label, happened_at in events if happened_at]


def _outcome(referral: Referral, to_candidate: bool) -> str:
    if to_candidate and referral.outcome == Referral.Outcome.WITHDRAWN:
        return _("You stopped")
    return str(referral.get_outcome_display())


def _next(referral: Referral, to_candidate: bool) -> list[TimelineEntry]:
    if referral.withdrawn_at:
        return []
    if referral.state == State.AWAITING_CONSENT:
        decides = _("You decide") if to_candidate else _("The candidate decides")
        return [TimelineEntry(decides, is_done=False, is_current=True)]
    if referral.state == State.SENT:
        return [
            TimelineEntry(
                _("Answer of the recruiter, at the latest"), referral.answer_by, is_done=False, is_current=True
            )
        ]
    if referral.state == State.ACCEPTED:
        return [TimelineEntry(_("What came of it"), is_done=False, is_current=True)]
    return []
