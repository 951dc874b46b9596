"""Token and addresses of the private link.

The token is derived, so that every message can carry it although the database stores only its digest.
"""

import re
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core.tokens import derive_token

CANDIDATE_ROOT = "/my/"  # of every page of a candidate's session
_PATH = re.compile(r"(?:[A-Za-z0-9_-]+/)*(?:[A-Za-z0-9_-]+(?:\.ics)?)?")


def link_token(key: UUID, version: int) -> str:
    """Token of a link: HMAC-SHA256 over its key and version, 43 characters. A new version revokes it."""
    return derive_token("candidates.link", f"{key}:{version}")


def link_url(token: str, destination: str = "") -> str:
    """Absolute address for a message; `destination` is a path below /my/, such as "appointments/12/"."""
    return settings.PUBLIC_URL + reverse("candidates:open_link", args=[token, destination])


def unsubscribe_url(token: str) -> str:
    """Address for the List-Unsubscribe header: one POST to it stops our invitations (RFC 8058)."""
    return settings.PUBLIC_URL + reverse("candidates:unsubscribe", args=[token])


def candidate_path(destination: str) -> str:
    """Path of the page without the token; the first page for a destination that we never write."""
    return CANDIDATE_ROOT + (destination if _PATH.fullmatch(destination) else "")
