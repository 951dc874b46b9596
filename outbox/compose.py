"""Compose an e-mail from a letter template and its context."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Model

from core.actors import object_key
from organisation.models import Policy, User
from outbox.drafts import MessageDraft
from outbox.reply_addresses import reply_address
from outbox.templates import render

BOOKING_PREFIX = "booking:"
_ORGANISER = re.compile(r"^ORGANIZER[^\r\n]*mailto:(?P<email>[^\r\n]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class MailRecipient:
    """The person to whom an e-mail is addressed, and their language."""

    key: str  # "candidate:7"
    name: str
    email: str
    language: str


def staff_recipient(user: User, policy: Policy, *, language: str = "") -> MailRecipient:
    """Staff read the default language of policy, unless another one is known."""
    return MailRecipient(object_key(user), user.name, user.email, language or policy.default_language)


def compose_mail(
    name: str,
    *,
    to: MailRecipient,
    policy: Policy,
    context: dict[str, object],
    unique_key: str,
    about: Model | None = None,
    kind: str = "",
    calendar: str = "",
    calendar_method: str = "",
    thread: str = "",
    unsubscribe_url: str = "",
    expires_at: datetime | None = None,
    only_at_office_hours: bool = False,
) -> MessageDraft:
    """Compose the letter `bookings/moved` of kind `moved`, sent in the employer's name.

    `unique_key` identifies it among the messages of its kind: "booking=12:sequence=1". Without `about` its subject is
    the recipient. Mail programs group it with the letters about the same subject, or with those of `thread`. Replies
    to a letter about a booking come back to our mailbox.
    """
    kind = kind or name.partition("/")[2]
    subject_key = object_key(about) if about else ""
    return replace(
        _render_draft(name, to=to, policy=policy, context=context),
        kind=kind,
        dedupe_key=f"{kind}:{unique_key}",
        about=subject_key or to.key,
        calendar=calendar,
        calendar_method=calendar_method,
        sender_email=organiser_email(calendar) or policy.sender_email,
        reply_to=reply_address(subject_key) if subject_key.startswith(BOOKING_PREFIX) else "",
        thread=thread or subject_key,
        unsubscribe_url=unsubscribe_url,
        expires_at=expires_at,
        only_at_office_hours=only_at_office_hours,
    )


def organiser_email(calendar: str) -> str:
    """Address of the organiser in a calendar object; "" without one.

    Outlook and Gmail expect that the e-mail with the object is sent from this address.
    """
    found = _ORGANISER.search(calendar.replace("\r\n ", ""))  # RFC 5545, 3.1: long lines are folded
    return found["email"].strip() if found else ""


def _render_draft(name: str, *, to: MailRecipient, policy: Policy, context: dict[str, object]) -> MessageDraft:
    """Draft with recipient, sender and text; the caller replaces the empty keys."""
    rendered = render(name, language=to.language, context=context)
    return MessageDraft(
        kind="",
        dedupe_key="",
        about="",
        person_key=to.key,
        language=to.language,
        recipient=to.email,
        recipient_name=to.name,
        sender_name=policy.sender_name,
        sender_email=policy.sender_email,
        subject=rendered.subject,
        text=rendered.text,
    )
