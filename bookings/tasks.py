"""What a worker may be asked: look what is due."""

from datetime import datetime

from django.utils import timezone

from bookings import services


def send_what_is_due(now: datetime | None = None) -> None:
    """Every minute: invitations, reminders of invitations, reminders of talks. The demo's clock may say when."""
    now = now or timezone.now()
    services.invite_due(now=now)
    services.remind_invited(now=now)
    services.remind_by_mail(now=now)
    services.remind_by_text(now=now)
