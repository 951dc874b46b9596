"""What is written when a message comes to its end, or to a point where nobody reads its words any more. Pure."""

from datetime import datetime
from typing import Any

from django.conf import settings

FREE = {"lease": None, "leased_until": None}  # nobody has it


def without_body() -> dict[str, str]:
    """What is emptied then; the demo keeps it, to be looked at."""
    return {} if settings.DEMO else {"text": "", "calendar": "", "unsubscribe_url": ""}


def suppressed(*, reason: str, now: datetime) -> dict[str, Any]:
    """It does not leave."""
    return _ended("suppressed", reason, now) | without_body()


def failed(*, reason: str, code: str = "", now: datetime) -> dict[str, Any]:
    """It did not arrive. What words it has stay for a while (outbox/tidying.py): a person may send it again. Those of
    a message that left before it failed are gone."""
    return _ended("failed", reason, now) | {"provider_code": code}


def sent(*, now: datetime) -> dict[str, Any]:
    """The provider took it; from here on it is the provider who tries again."""
    return {"state": "sent", "reason": "", "provider_code": "", "sent_at": now, **FREE, **without_body()}


def _ended(state: str, reason: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "reason": reason, "ended_at": now, **FREE}
