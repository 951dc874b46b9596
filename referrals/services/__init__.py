"""Services on referrals, one function per use case."""

from referrals.services.answer import answer, record_outcome
from referrals.services.consent import consent, refuse, withdraw
from referrals.services.propose import propose
from referrals.services.remind import remind_recruiters

__all__ = ["answer", "consent", "propose", "record_outcome", "refuse", "remind_recruiters", "withdraw"]
