"""What may not stay at its laptop default in production; pure, so that settings can ask it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LAPTOP_KEY = "laptop-only-this-is-not-a-secret"


@dataclass(frozen=True)
class Choices:
    """The settings that have an unsafe laptop default."""

    secret_key: str
    allowed_hosts: list[str]
    public_url: str
    email_url: str
    inbox_address: str
    demo: bool


def unsafe_defaults(choices: Choices) -> list[str]:
    """A sentence per setting that may not be used with DEBUG off; an empty list when all is well."""
    found = []
    if choices.secret_key == LAPTOP_KEY or len(choices.secret_key) < 50:
        found.append("SECRET_KEY: set a random value of at least 50 characters.")
    if not choices.allowed_hosts or "*" in choices.allowed_hosts:
        found.append("ALLOWED_HOSTS: name the hosts that serve this site, without *.")
    if urlsplit(choices.public_url).scheme != "https":
        found.append("PUBLIC_URL: set the https address that candidates see.")
    if not choices.email_url.startswith(("smtp://", "smtp+tls://", "smtp+ssl://")):
        found.append("EMAIL_URL: set an SMTP server; the demo outbox does not send mail.")
    if choices.inbox_address and not _is_address(choices.inbox_address):
        found.append("INBOX_ADDRESS: set the whole address, name@domain, without a name beside it.")
    if choices.demo:
        found.append("DEMO: switch it off; demo accounts have known passwords.")
    return found


def _is_address(email: str) -> bool:
    """As letters ask it of every address in them: with another none would leave."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return email.isascii()
