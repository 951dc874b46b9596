"""Keyed digests of phone numbers, for tables that may not hold the number itself. Pure."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def keyed_digest(number: str) -> str:
    """HMAC of a number in E.164. Keyed, because all numbers can be tried against a plain digest."""
    return _keyed(number, settings.LINK_SECRET)


def keyed_digests(number: str) -> list[str]:
    """Digests under which a number may be stored: the current one first, then those of LINK_SECRET_FALLBACKS."""
    return [keyed_digest(number), *(_keyed(number, secret) for secret in settings.LINK_SECRET_FALLBACKS)]


def _keyed(number: str, secret: str) -> str:
    return salted_hmac("outbox.numbers", number, secret=secret, algorithm="sha256").hexdigest()
