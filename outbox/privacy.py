"""Export and erase what was written to a person."""

from typing import Any

from outbox.models import Message

FIELDS = ("created_at", "channel", "kind", "recipient", "recipient_name", "subject", "text", "state", "sent_at")


def export(person_key: str) -> list[dict[str, Any]]:
    """Every letter and text to this person, oldest first; the body only while it is still here."""
    return list(Message.objects.filter(person_key=person_key).order_by("created_at", "pk").values(*FIELDS))


def erase(person_key: str) -> int:
    """Nothing about this person stays, and what waits does not leave. Returns how many rows are gone."""
    return Message.objects.filter(person_key=person_key).delete()[0]


def erase_about(thing: str) -> int:
    """Also what was written to others about a thing, such as an advisor's invite with a candidate's name in it."""
    return Message.objects.filter(about=thing).delete()[0]
