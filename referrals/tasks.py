"""Periodic task: remind recruiters."""

from django.utils import timezone

from referrals import services


def remind_recruiters() -> None:
    """Remind recruiters of unanswered referrals (every minute)."""
    services.remind_recruiters(now=timezone.now())
