"""Column values of the states in which a message ends. Pure."""

from datetime import datetime
from typing import Any

from django.conf import settings

RELEASED = {"lease": None, "leased_until": None}


def without_body() -> dict[str, str]:
    """Values that erase the body; none in the demo, whose pages show it."""
    return {} if settings.DEMO else {"text": "", "calendar": "", "unsubscribe_url": ""}


def suppressed(*, reason: str, now: datetime) -> dict[str, Any]:
    """It is not sent."""
    return _ended("suppressed", reason, now) | without_body()


def failed(*, reason: str, code: str = "", now: datetime) -> dict[str, Any]:
    """It did not arrive. A body that is still there stays for a while, so that somebody can send it again."""
    return _ended("failed", reason, now) | {"provider_code": code}


def sent(*, now: datetime) -> dict[str, Any]:
    """The provider accepted it, and retries by itself from here on."""
    return {"state": "sent", "reason": "", "provider_code": "", "sent_at": now, **RELEASED, **without_body()}


def _ended(state: str, reason: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "reason": reason, "ended_at": now, **RELEASED}
