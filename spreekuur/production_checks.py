"""Checks on settings with unsafe development defaults. Pure, so that settings.py can import it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

DEVELOPMENT_KEY = "laptop-only-this-is-not-a-secret"


@dataclass(frozen=True)
class CheckedSettings:
    """Settings with an unsafe development default."""

    secret_key: str
    link_secret: str  # "" when it is not set
    allowed_hosts: list[str]
    public_url: str
    email_url: str
    inbox_address: str
    demo: bool


def unsafe_defaults(settings: CheckedSettings) -> list[str]:
    """Sentences on settings that are unsafe with DEBUG off; empty when all are safe."""
    found = []
    if settings.secret_key == DEVELOPMENT_KEY or len(settings.secret_key) < 50:
        found.append("SECRET_KEY: set a random value of at least 50 characters.")
    if len(settings.link_secret) < 50:
        found.append(
            "LINK_SECRET: set a random value of at least 50 characters, and never change it: it signs candidates' "
            "links. An installation that ran without it sets it to the SECRET_KEY of then, or every link dies."
        )
    if not settings.allowed_hosts or "*" in settings.allowed_hosts:
        found.append("ALLOWED_HOSTS: name the hosts that serve this site, without *.")
    if urlsplit(settings.public_url).scheme != "https":
        found.append("PUBLIC_URL: set the https address that candidates see.")
    if not settings.email_url.startswith(("smtp://", "smtp+tls://", "smtp+ssl://")):
        found.append("EMAIL_URL: set an SMTP server; the demo outbox does not send mail.")
    if settings.inbox_address and not _is_address(settings.inbox_address):
        found.append("INBOX_ADDRESS: set the whole address, name@domain, without a name beside it.")
    if settings.demo:
        found.append("DEMO: switch it off; demo accounts have known passwords.")
    return found


def _is_address(email: str) -> bool:
    """True for an address that mail can use; with another address no mail could be sent."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return email.isascii()
