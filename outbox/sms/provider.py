"""The SMS provider of this installation, chosen by the settings; another provider is added here."""

from django.conf import settings

from outbox.backends import Backend, DatabaseBackend
from outbox.sms.twilio import TwilioBackend


def has_provider() -> bool:
    """True when a provider sends the SMS and can be asked for delivery reports."""
    return bool(settings.TWILIO_ACCOUNT_SID)


def sms_is_enabled() -> bool:
    """True when SMS are sent by a provider, or shown on the page Outbox of the demo or a developer."""
    return bool(has_provider() or settings.DEMO or settings.DEBUG)


def provider_backend() -> Backend:
    """Backend that sends by the provider; without one, SMS stay in the database to be read on the page Outbox."""
    return TwilioBackend() if has_provider() else DatabaseBackend()


def status_backend() -> TwilioBackend:
    """Backend that answers `fetch_status`; only when there is a provider."""
    return TwilioBackend()
