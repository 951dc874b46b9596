"""Secrets of others that must be used again, such as a password of a calendar: encrypted, with a key from SECRET_KEY.

With another SECRET_KEY they cannot be opened any more and have to be typed again.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from core.errors import SealBroken


def seal(text: str, *, purpose: str) -> str:
    """What was sealed for one purpose does not open for another."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises SealBroken."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def _fernet(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
