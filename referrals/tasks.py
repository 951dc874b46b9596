"""What a worker may be asked: look what is due."""

from django.utils import timezone

from referrals import services


def remind_recruiters() -> None:
    """Every minute: introductions that wait longer than five working days."""
    services.remind_recruiters(now=timezone.now())
