"""A message that an app hands to the outbox. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings


@dataclass(frozen=True, kw_only=True)
class MessageDraft:
    """A complete e-mail or SMS that `services.post` writes to the outbox."""

    kind: str
    dedupe_key: str  # the same key is written once
    about: str  # key of the subject: "booking:12"; services.withdraw takes it
    person_key: str  # "candidate:7"
    language: str
    recipient: str  # mail address, or a number in E.164
    recipient_name: str
    text: str
    transport: Literal["mail", "sms"] = "mail"
    subject: str = ""
    sender_name: str = ""
    sender_email: str = ""
    calendar: str = ""
    calendar_method: str = ""
    reply_to: str = ""
    thread: str = ""  # mail programs group e-mails with the same one: "booking:12"
    unsubscribe_url: str = ""  # RFC 8058: one POST to it is enough
    time_zone: str = settings.TIME_ZONE  # of the recipient, for quiet hours
    not_before: datetime | None = None  # now, when left out
    expires_at: datetime | None = None
    only_at_office_hours: bool = False  # as letters about a rejection, also at a second attempt
    fallback: "MessageDraft | None" = None  # sent instead when this one fails for good
