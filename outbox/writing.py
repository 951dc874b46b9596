"""A letter, from its words to what goes to the outbox."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Model

from organisation.actors import key_of
from organisation.models import Policy, User
from outbox.drafts import Draft
from outbox.letters import render


@dataclass(frozen=True)
class Reader:
    """Whom a letter is to, and in which language."""

    key: str  # "candidate:7"
    name: str
    email: str
    language: str


def staff(user: User, *, language: str = "") -> Reader:
    """Who works here reads the language of the house, unless another is known."""
    return Reader(key_of(user), user.name, user.email, language or settings.LANGUAGE_CODE)


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
    useless_after: datetime | None = None,
    only_at_office_hours: bool = False,
) -> Draft:
    """The letter `bookings/moved` of kind `moved`, from the employer; about its reader, when about nothing else.

    `once` says what makes it the only one of its kind: "booking=12:sequence=1".
    """
    kind = kind or name.partition("/")[2]
    rendered = render(name, language=to.language, context=words)
    return Draft(
        kind=kind,
        dedupe_key=f"{kind}:{once}",
        about=key_of(about) if about else to.key,
        person_key=to.key,
        language=to.language,
        recipient=to.email,
        recipient_name=to.name,
        sender_name=policy.sender_name,
        sender_email=policy.sender_email,
        subject=rendered.subject,
        text=rendered.text,
        calendar=calendar,
        calendar_method=calendar_method,
        useless_after=useless_after,
        only_at_office_hours=only_at_office_hours,
    )
