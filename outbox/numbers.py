"""A digest that stands for a phone number where the number itself may not be kept. Pure."""

from django.conf import settings
from django.utils.crypto import salted_hmac


def digest_of(number: str) -> str:
    """Of a number in E.164, keyed: there are few enough numbers to try them all against a plain digest."""
    return salted_hmac("outbox.numbers", number, secret=settings.LINK_SECRET, algorithm="sha256").hexdigest()
