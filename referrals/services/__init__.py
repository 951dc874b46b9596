"""What happens to a referral, one function per use case."""

from referrals.services.answering import answer, record_outcome
from referrals.services.consenting import consent, refuse, withdraw
from referrals.services.proposing import propose
from referrals.services.reminding import remind_recruiters

__all__ = ["answer", "consent", "propose", "record_outcome", "refuse", "remind_recruiters", "withdraw"]
