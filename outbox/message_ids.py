"""Message-IDs that we make (RFC 5322, 3.6.4), and the ids that providers give. Pure.

An e-mail keeps its Message-ID when it is sent again. All e-mails about one subject refer to the same made-up first
e-mail, so that mail programs show them as one conversation: Gmail asks for "references headers that consistently refer
to the same message ID" (workspaceupdates.googleblog.com, 29 March 2019).

When a failed SMS is sent again, the id of the earlier attempt stays in the column with a prefix, so that late reports
about it are recognised and it is not taken for the id of the new attempt.
"""

import re
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

EARLIER_PREFIX = "was:"
MAX_PROVIDER_ID = 120  # characters of the column
_OURS = re.compile(r"<?(?P<key>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@(?P<host>[^\s<>@]+)>?", re.IGNORECASE)
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9.-]")


def message_id_of(key: UUID) -> str:
    return f"<{key}@{_host()}>"


def thread_id_of(thread: str) -> str:
    """Message-ID of the made-up first e-mail of the thread "booking:12"."""
    return f"<{_NOT_IN_AN_ID.sub('.', thread)}.thread@{_host()}>"


def parse_message_id(text: str) -> UUID | None:
    """Key of the message with this Message-ID; None for one that is not ours."""
    found = _OURS.fullmatch(text.strip())
    return UUID(found["key"]) if found and found["host"].lower() == _host() else None


def as_earlier(provider_id: str) -> str:
    """Mark the id as that of an earlier attempt."""
    return f"{EARLIER_PREFIX}{provider_id}"[:MAX_PROVIDER_ID]


def is_earlier(stored_id: str) -> bool:
    return stored_id.startswith(EARLIER_PREFIX)


def is_about_another_attempt(stored_id: str, provider_id: str) -> bool:
    """True for a report with this id when the message has another one stored."""
    if is_earlier(stored_id):
        return stored_id == as_earlier(provider_id)
    return bool(stored_id and provider_id and stored_id != provider_id)


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
