"""The short code in a text message: 50 bits, derived, shows one appointment only and dies when the talk ends."""

import base64
import hashlib
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

LENGTH = 10  # of 5 bits each


def code_of(uid: UUID) -> str:
    """Ten letters and digits (RFC 4648 base32)."""
    mac = salted_hmac("bookings.code", str(uid), secret=settings.LINK_SECRET, algorithm="sha256")
    return base64.b32encode(mac.digest()).decode()[:LENGTH]


def digest_of(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def address_of(uid: UUID) -> str:
    """The whole address for a text message."""
    return settings.PUBLIC_URL + reverse("bookings:short", args=[code_of(uid)])
