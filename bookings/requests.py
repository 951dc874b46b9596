"""The booking request of a candidate, or of an API client for them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class BookingRequest:
    """A start time (aware), a channel and a language; without an advisor any advisor who is free."""

    starts_at: datetime
    channel: str
    language: str
    advisor_id: int | None = None
    phone: str = ""  # E.164
    wants_sms: bool = False
    topic_ids: tuple[int, ...] = ()
    question: str = ""


CHANNELS = ("phone", "video", "onsite")  # in order of preference
