"""The short code in a text message: 50 bits, derived, shows one appointment or offer only and dies with it."""

import base64
import hashlib
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

LENGTH = 10  # of 5 bits each


def code_of(uid: UUID) -> str:
    """Ten letters and digits (RFC 4648 base32)."""
    return _code("bookings.code", str(uid))


def code_of_entry(entry_id: int) -> str:
    """Of a moment that is held: its entry in the agenda is there for as long as the offer stands."""
    return _code("bookings.offer", str(entry_id))


def _code(salt: str, value: str) -> str:
    mac = salted_hmac(salt, value, secret=settings.LINK_SECRET, algorithm="sha256")
    return base64.b32encode(mac.digest()).decode()[:LENGTH]


def digest_of(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def address_of(code: str) -> str:
    """The whole address for a text message."""
    return settings.PUBLIC_URL + reverse("bookings:short", args=[code])
