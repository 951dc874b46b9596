"""A letter, from its words to what goes to the outbox."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Model

from core.actors import key_of
from organisation.models import Policy, User
from outbox.drafts import Draft
from outbox.reply_addresses import address_about
from outbox.templates import render

TALK = "booking:"
_ORGANISER = re.compile(r"^ORGANIZER[^\r\n]*mailto:(?P<email>[^\r\n]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Reader:
    """Whom a letter is to, and in which language."""

    key: str  # "candidate:7"
    name: str
    email: str
    language: str


def staff(user: User, policy: Policy, *, language: str = "") -> Reader:
    """Who works here reads the language of the house, which is the first one of policy, unless another is known."""
    return Reader(key_of(user), user.name, user.email, language or policy.default_language)


def letter(
    name: str,
    *,
    to: Reader,
    policy: Policy,
    words: dict[str, object],
    once: str,
    about: Model | None = None,
    kind: str = "",
    calendar: str = "",
    calendar_method: str = "",
    thread: str = "",
    unsubscribe_url: str = "",
    useless_after: datetime | None = None,
    only_at_office_hours: bool = False,
) -> Draft:
    """The letter `bookings/moved` of kind `moved`, from the employer; about its reader, when about nothing else.

    `once` says what makes it the only one of its kind: "booking=12:sequence=1". Letters about the same thing stand
    together (`thread` says with which others), and answers to one about a talk come back here.
    """
    kind = kind or name.partition("/")[2]
    thing = key_of(about) if about else ""
    return replace(
        _from_employer(name, to=to, policy=policy, words=words),
        kind=kind,
        dedupe_key=f"{kind}:{once}",
        about=thing or to.key,
        calendar=calendar,
        calendar_method=calendar_method,
        sender_email=organiser_of(calendar) or policy.sender_email,
        reply_to=address_about(thing) if thing.startswith(TALK) else "",
        thread=thread or thing,
        unsubscribe_url=unsubscribe_url,
        useless_after=useless_after,
        only_at_office_hours=only_at_office_hours,
    )


def organiser_of(calendar: str) -> str:
    """Whose mailbox the calendar object says it comes from: Outlook and Gmail ask that the mail comes from there too.

    "" without one.
    """
    found = _ORGANISER.search(calendar.replace("\r\n ", ""))  # RFC 5545, 3.1: long lines are folded
    return found["email"].strip() if found else ""


def _from_employer(name: str, *, to: Reader, policy: Policy, words: dict[str, object]) -> Draft:
    rendered = render(name, language=to.language, context=words)
    return Draft(
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
