"""Short codes for links in SMS: 50 bits, derived by HMAC, valid for one booking or hold and as long as it lasts."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core.tokens import derive_code, digest_of


def code_for_booking(uid: UUID) -> str:
    """Ten letters and digits (base32 of RFC 4648)."""
    return derive_code("bookings.code", str(uid))


def code_for_hold(entry_id: int) -> str:
    """Code of a hold, derived from its agenda entry, which exists as long as the hold is active."""
    return derive_code("bookings.offer", str(entry_id))


def code_digest(code: str) -> str:
    return digest_of(code.strip().upper())


def short_url(code: str) -> str:
    """Absolute URL for an SMS."""
    return settings.PUBLIC_URL + reverse("bookings:short", args=[code])
