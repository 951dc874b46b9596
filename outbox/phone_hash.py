"""A digest that stands for a phone number where the number itself may not be kept. Pure."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def digest_of(number: str) -> str:
    """Of a number in E.164, keyed: there are few enough numbers to try them all against a plain digest."""
    return _keyed(number, settings.LINK_SECRET)


def digests_of(number: str) -> list[str]:
    """What may stand for it in a table: the digest by which we write now, and those by the secrets of before."""
    return [digest_of(number), *(_keyed(number, secret) for secret in settings.LINK_SECRET_FALLBACKS)]


def _keyed(number: str, secret: str) -> str:
    return salted_hmac("outbox.numbers", number, secret=secret, algorithm="sha256").hexdigest()
