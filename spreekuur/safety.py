"""What may not stay at its laptop default in production; pure, so that settings can ask it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

LAPTOP_KEY = "laptop-only-this-is-not-a-secret"


@dataclass(frozen=True)
class Choices:
    """The settings that have an unsafe laptop default."""

    secret_key: str
    allowed_hosts: list[str]
    public_url: str
    email_url: str
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
    if choices.demo:
        found.append("DEMO: switch it off; demo accounts have known passwords.")
    return found
