"""What a worker may be asked: look what is due."""

from django.utils import timezone

from bookings import services


def send_what_is_due() -> None:
    """Every minute: invitations, reminders of invitations, reminders of talks."""
    now = timezone.now()
    services.invite_due(now=now)
    services.remind_invited(now=now)
    services.remind_by_mail(now=now)
    services.remind_by_text(now=now)
