from referrals.views.candidate import proposal
from referrals.views.inbox import answer, inbox, outcome, referral
from referrals.views.refer import refer

__all__ = ["answer", "inbox", "outcome", "proposal", "refer", "referral"]
