"""Whether texts leave this house at all. Pure."""

from django.conf import settings


def texts_leave() -> bool:
    """By Twilio, or onto the page Outbox of the demo or a developer; elsewhere nobody would ever see them."""
    return bool(settings.TWILIO_ACCOUNT_SID or settings.DEMO or settings.DEBUG)
