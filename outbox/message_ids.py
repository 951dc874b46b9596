"""How a letter and its thread are called on the wire (RFC 5322, 3.6.4). Pure.

A letter keeps its Message-ID when it is sent again. All letters about one thing refer to the same made-up first
letter, so that mail programs show them together: Gmail asks for "references headers that consistently refer to the
same message ID" (workspaceupdates.googleblog.com, 29 March 2019).
"""

import re
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

_OURS = re.compile(r"<?(?P<key>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@(?P<host>[^\s<>@]+)>?", re.IGNORECASE)
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9.-]")


def message_id_of(key: UUID) -> str:
    return f"<{key}@{_host()}>"


def root_of(thread: str) -> str:
    """ "booking:12" as the letter to which all letters about it seem to be an answer."""
    return f"<{_NOT_IN_AN_ID.sub('.', thread)}.thread@{_host()}>"


def key_in(text: str) -> UUID | None:
    """The key of the letter whose Message-ID is this; None for one that we did not make."""
    found = _OURS.fullmatch(text.strip())
    return UUID(found["key"]) if found and found["host"].lower() == _host() else None


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
