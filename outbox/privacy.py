"""Export and erase messages to a person, and their replies."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, Q, QuerySet

from core.actors import object_key
from outbox.inbound.intake import UNADDRESSED
from outbox.models import IncomingMail, IncomingText, Message

FIELDS = (
    *("created_at", "kind", "recipient", "recipient_name", "sender_name", "subject", "text"),
    *("state", "reason", "sent_at", "delivered_at", "ended_at", "unclear_report"),
)
SMS_FIELDS = ("received_at", "meaning", "text")
FORWARDED_FIELDS = ("created_at", "kind", "subject", "text", "state")
MAIL_FIELDS = ("received_at", "kind", "sender", "subject", "text", "full_text", "calendar", "outcome")


def export(person_key: str) -> list[dict[str, Any]]:
    """Every e-mail and SMS to this person, oldest first; bodies as far as they are not erased."""
    rows = Message.objects.filter(person_key=person_key).order_by("created_at", "pk")
    return list(rows.values(*FIELDS, channel=F("transport")))


def export_replies(person_key: str, *, about: Collection[str], address: str) -> list[dict[str, Any]]:
    """SMS from this person, mail about their subjects, and unidentified mail from their address, oldest first."""
    sms = IncomingText.objects.filter(person_key=person_key).values(*SMS_FIELDS)
    mails = _mails(about, address).values(*MAIL_FIELDS)
    return sorted([*sms, *mails], key=lambda reply: reply["received_at"])


def export_forwarded(*, about: Collection[str], address: str) -> list[dict[str, Any]]:
    """E-mails by which such mail was forwarded to staff: they contain its text."""
    forwarded = Message.objects.filter(about__in=[object_key(mail) for mail in _mails(about, address)])
    return list(forwarded.order_by("created_at", "pk").values(*FORWARDED_FIELDS))


def erase(person_key: str) -> int:
    """Delete all messages to and SMS from this person, also queued ones. Returns how many rows."""
    replies = IncomingText.objects.filter(person_key=person_key).delete()[0]
    return replies + Message.objects.filter(person_key=person_key).delete()[0]


def erase_about(subject_key: str) -> int:
    """Delete messages to anybody about this subject, replies about it, and the e-mails that forwarded those.

    An advisor's invite, for example, contains the candidate's name.
    """
    messages = Message.objects.filter(about=subject_key).delete()[0]
    replies = IncomingText.objects.filter(about=subject_key).delete()[0]
    return messages + replies + _erase_mails(IncomingMail.objects.filter(about=subject_key))


def erase_from(address: str) -> int:
    """Delete unidentified mail from this address, and the e-mails that forwarded it to staff."""
    return _erase_mails(_mails((), address))


def _mails(about: Collection[str], address: str) -> QuerySet[IncomingMail]:
    """Mail about these subjects, and unidentified mail from this address.

    Mail about another person's booking belongs to that person, whatever address it came from.
    """
    return IncomingMail.objects.filter(Q(about__in=about) | Q(about=UNADDRESSED, sender__iexact=address))


def _erase_mails(mails: QuerySet[IncomingMail]) -> int:
    found = list(mails.select_for_update())
    forwarded = Message.objects.filter(about__in=[object_key(mail) for mail in found]).delete()[0]
    return forwarded + IncomingMail.objects.filter(pk__in=[mail.pk for mail in found]).delete()[0]
