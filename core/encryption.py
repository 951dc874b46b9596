"""Encryption (Fernet) of secrets that have to be used again, such as the password of an external calendar.

The key is derived from SECRET_KEY and a purpose. After a change of SECRET_KEY the secrets must be entered again.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class DecryptionFailed(Refusal):
    """Encrypted with another SECRET_KEY or for another purpose."""

    code = "seal_broken"
    sentence = _("The saved password can no longer be opened. Remove this calendar and add it again.")


def encrypt(text: str, *, purpose: str) -> str:
    """Encrypt a text; another purpose cannot decrypt it."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def decrypt(encrypted: str, *, purpose: str) -> str:
    """Decrypt a text. Raises DecryptionFailed."""
    try:
        return _fernet(purpose).decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise DecryptionFailed from None


def _fernet(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
