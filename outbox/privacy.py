"""Export and erase what was written to a person, and what came back."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from core.actors import key_of
from outbox.inbound.intake import NOBODY
from outbox.models import IncomingMail, IncomingText, Message

FIELDS = (
    *("created_at", "channel", "kind", "recipient", "recipient_name", "sender_name", "subject", "text"),
    *("state", "reason", "sent_at", "delivered_at", "ended_at"),
)
TEXT_FIELDS = ("received_at", "meaning", "text")
PASSED_ON_FIELDS = ("created_at", "kind", "subject", "text", "state")
MAIL_FIELDS = ("received_at", "kind", "sender", "subject", "text", "calendar", "outcome")


def export(person_key: str) -> list[dict[str, Any]]:
    """Every letter and text to this person, oldest first; the body only while it is still here."""
    return list(Message.objects.filter(person_key=person_key).order_by("created_at", "pk").values(*FIELDS))


def export_answers(person_key: str, *, about: Collection[str], address: str) -> list[dict[str, Any]]:
    """Texts of this person, mail about their things, and what came from their address about nothing that we know,
    oldest first; words only while they are still here."""
    texts = IncomingText.objects.filter(person_key=person_key).values(*TEXT_FIELDS)
    mails = _mails(about, address).values(*MAIL_FIELDS)
    return sorted([*texts, *mails], key=lambda answer: answer["received_at"])


def export_passed_on(*, about: Collection[str], address: str) -> list[dict[str, Any]]:
    """The letters that brought such mail further, to people of the employer: they have its words from then on."""
    letters = Message.objects.filter(about__in=[key_of(mail) for mail in _mails(about, address)])
    return list(letters.order_by("created_at", "pk").values(*PASSED_ON_FIELDS))


def erase(person_key: str) -> int:
    """Nothing about this person stays, and what waits does not leave. Returns how many rows are gone."""
    answers = IncomingText.objects.filter(person_key=person_key).delete()[0]
    return answers + Message.objects.filter(person_key=person_key).delete()[0]


def erase_about(thing: str) -> int:
    """Also what was written to others about a thing, such as an advisor's invite with a candidate's name in it, and
    what came in about it, with the letters that brought that further."""
    letters = Message.objects.filter(about=thing).delete()[0]
    texts = IncomingText.objects.filter(about=thing).delete()[0]
    return letters + texts + _erase_mails(IncomingMail.objects.filter(about=thing))


def erase_from(address: str) -> int:
    """What came from this address about nothing that we know, and the letters that brought it to the employer."""
    return _erase_mails(_mails((), address))


def _mails(about: Collection[str], address: str) -> QuerySet[IncomingMail]:
    """What is about somebody else's talk is theirs, whoever else has the address."""
    return IncomingMail.objects.filter(Q(about__in=about) | Q(about=NOBODY, sender__iexact=address))


def _erase_mails(mails: QuerySet[IncomingMail]) -> int:
    came_in = list(mails.select_for_update())
    letters = Message.objects.filter(about__in=[key_of(mail) for mail in came_in]).delete()[0]
    return letters + IncomingMail.objects.filter(pk__in=[mail.pk for mail in came_in]).delete()[0]
