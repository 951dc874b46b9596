"""Export and erase what was written to a person, and what came back."""

from collections.abc import Collection
from typing import Any

from organisation.actors import key_of
from outbox.models import IncomingMail, IncomingText, Message

FIELDS = (
    *("created_at", "channel", "kind", "recipient", "recipient_name", "sender_name", "subject", "text"),
    *("state", "reason", "sent_at", "delivered_at", "ended_at"),
)
TEXT_FIELDS = ("received_at", "meaning", "text")
MAIL_FIELDS = ("received_at", "kind", "sender", "subject", "text", "calendar", "outcome")


def export(person_key: str) -> list[dict[str, Any]]:
    """Every letter and text to this person, oldest first; the body only while it is still here."""
    return list(Message.objects.filter(person_key=person_key).order_by("created_at", "pk").values(*FIELDS))


def export_answers(person_key: str, *, about: Collection[str]) -> list[dict[str, Any]]:
    """Texts of this person and mail about their things, oldest first; words only while they are still here."""
    texts = IncomingText.objects.filter(person_key=person_key).values(*TEXT_FIELDS)
    mails = IncomingMail.objects.filter(about__in=about).values(*MAIL_FIELDS)
    return sorted([*texts, *mails], key=lambda answer: answer["received_at"])


def erase(person_key: str) -> int:
    """Nothing about this person stays, and what waits does not leave. Returns how many rows are gone."""
    answers = IncomingText.objects.filter(person_key=person_key).delete()[0]
    return answers + Message.objects.filter(person_key=person_key).delete()[0]


def erase_about(thing: str) -> int:
    """Also what was written to others about a thing, such as an advisor's invite with a candidate's name in it, and
    what came in about it, with the letters that brought that further."""
    came_in = [key_of(mail) for mail in IncomingMail.objects.filter(about=thing)]
    letters = Message.objects.filter(about__in=[thing, *came_in]).delete()[0]
    return letters + sum(model.objects.filter(about=thing).delete()[0] for model in (IncomingMail, IncomingText))
