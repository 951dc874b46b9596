"""Derived tokens and digests: no table holds a private link, only the digest by which it is found.

Salts and algorithms are part of every link, short code and reply address that was ever sent: never change them.
"""

import base64
import hashlib

from django.conf import settings
from django.utils.crypto import salted_hmac

CODE_LENGTH = 10  # characters of 5 bits each


def digest_of(token: str) -> str:
    """SHA-256 of a token that has enough entropy of its own, so that a leaked table opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def derive_token(salt: str, value: str) -> str:
    """43 URL-safe characters (256 bits): HMAC-SHA256 of the value with LINK_SECRET."""
    return base64.urlsafe_b64encode(_hmac(salt, value)).rstrip(b"=").decode()


def derive_code(salt: str, value: str) -> str:
    """Ten letters and digits (RFC 4648 base32, 50 bits), short enough for a text message or an address."""
    return base64.b32encode(_hmac(salt, value)).decode()[:CODE_LENGTH]


def _hmac(salt: str, value: str) -> bytes:
    return bytes(salted_hmac(salt, value, secret=settings.LINK_SECRET, algorithm="sha256").digest())
