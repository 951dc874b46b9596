"""What a candidate, or a program for them, may ask for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A moment and how to talk. `starts_at` is aware; without an advisor the first one free will do."""

    starts_at: datetime
    channel: str
    language: str
    advisor_id: int | None = None
    phone: str = ""  # E.164
    wants_sms: bool = False
    topic_ids: tuple[int, ...] = ()
    question: str = ""


CHANNELS = ("phone", "video", "onsite")  # the first that can be is offered
