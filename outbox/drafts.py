"""What a room hands to the outbox: a letter or text that is finished, but has not left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Draft:
    kind: str
    dedupe_key: str  # says what makes this message the only one of its sort
    about: str  # "booking:12"; what a withdrawal names
    person_key: str  # "candidate:7"
    language: str
    recipient: str  # mail address, or a number in E.164
    recipient_name: str
    text: str
    channel: Literal["mail", "sms"] = "mail"
    subject: str = ""
    sender_name: str = ""
    sender_email: str = ""
    calendar: str = ""
    calendar_method: str = ""
    not_before: datetime | None = None  # now, when left out
    useless_after: datetime | None = None
    only_at_office_hours: bool = False  # leaves when a letter about a rejection may, also at a second attempt
