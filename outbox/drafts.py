"""What a room hands to the outbox: a letter or text that is finished, but has not left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings


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
    reply_to: str = ""
    thread: str = ""  # mail with the same one stands together: "booking:12"
    unsubscribe_url: str = ""  # RFC 8058: one POST to it is enough
    time_zone: str = settings.TIME_ZONE  # of the reader: no text at night
    not_before: datetime | None = None  # now, when left out
    useless_after: datetime | None = None
    only_at_office_hours: bool = False  # leaves when a letter about a rejection may, also at a second attempt
    fallback: "Draft | None" = None  # leaves instead when this one failed for good
