"""The private link: derived, so that no table holds it and every letter can carry it. Looked up by digest."""

import base64
import hashlib
import re
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

ROOM = "/my/"  # below it stand the pages of a candidate's session
_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*(?:[A-Za-z0-9_-]+(?:\.ics)?)?")


def token_of(key: UUID, version: int) -> str:
    """43 characters, 256 bits: HMAC-SHA256 over the link's key and version."""
    mac = salted_hmac("candidates.link", f"{key}:{version}", secret=settings.LINK_SECRET, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def digest_of(token: str) -> str:
    """What the table keeps: a leaked table opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(token: str, destination: str = "") -> str:
    """The whole address for a letter; `destination` is a path below /my/, such as "appointments/12/"."""
    return settings.PUBLIC_URL + reverse("candidates:open_link", args=[token, destination])


def unsubscribe_address_of(token: str) -> str:
    """For a mail program, which stops our invitations by one POST to it (RFC 8058)."""
    return settings.PUBLIC_URL + reverse("candidates:unsubscribe", args=[token])


def page_of(destination: str) -> str:
    """The address without the token; a destination that we would not write ourselves becomes the first page."""
    return ROOM + (destination if _PATH.fullmatch(destination) else "")
