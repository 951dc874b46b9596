"""Stored inbound mail: claimed and processed by apps of higher layers, emptied, and deleted later."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from core.actors import object_key
from core.batch import run_each
from outbox.models import IncomingMail, IncomingText, Message

RETENTION = timedelta(days=30)  # of the row without content, by which duplicates are recognised
MAX_RETRY_AGE = timedelta(days=1)
FAILED = "failed"
CONTENT_FIELDS = ("subject", "text", "calendar")
logger = logging.getLogger(__name__)


def process_new(kind: IncomingMail.Kind, work: Callable[[int], bool], *, now: datetime) -> int:
    """Call `work` for every unhandled mail of this kind. Returns how many were processed.

    A failing mail is retried at every run for a day; then it is marked as failed and keeps its content until it is
    deleted.
    """
    done = run_each(unhandled_keys(kind), work, name="incoming mail")
    too_old = IncomingMail.objects.filter(kind=kind, handled_at__isnull=True, received_at__lt=now - MAX_RETRY_AGE)
    for key, about in too_old.values_list("pk", "about"):
        logger.error("incoming mail %s about %s: given up, it cannot be handled", key, about)
        IncomingMail.objects.filter(pk=key, handled_at__isnull=True).update(handled_at=now, outcome=FAILED)
    return done


def unhandled_keys(kind: IncomingMail.Kind) -> Sequence[int]:
    """Primary keys of unhandled mail, oldest first."""
    unhandled = IncomingMail.objects.filter(kind=kind, handled_at__isnull=True)
    return list(unhandled.order_by("received_at", "pk").values_list("pk", flat=True))


def claim(mail_id: int, *, now: datetime) -> IncomingMail | None:
    """Claim a mail for the transaction of one caller; None when it is handled already."""
    if not IncomingMail.objects.filter(pk=mail_id, handled_at__isnull=True).update(handled_at=now):
        return None
    return IncomingMail.objects.get(pk=mail_id)


def finish(mail: IncomingMail, *, outcome: str) -> None:
    """Record the outcome and erase the content, which is not needed any more; the demo keeps it to show it."""
    emptied = {} if settings.DEMO else dict.fromkeys(CONTENT_FIELDS, "")
    IncomingMail.objects.filter(pk=mail.pk).update(outcome=outcome, **emptied)


def full_texts(about: str) -> QuerySet[IncomingMail]:
    """Mails about a subject of which the whole text is kept, oldest first."""
    return IncomingMail.objects.filter(about=about).exclude(full_text="").order_by("received_at", "pk")


def subjects_with_full_text() -> list[str]:
    """Keys of subjects of handled mails whose whole text is kept."""
    kept = IncomingMail.objects.filter(handled_at__isnull=False).exclude(full_text="").order_by("about")
    return list(kept.values_list("about", flat=True).distinct())


def erase_full_texts(about: Sequence[str]) -> int:
    """Erase the whole texts of handled mails about these subjects. Returns how many."""
    return (
        IncomingMail.objects.filter(about__in=about, handled_at__isnull=False)
        .exclude(full_text="")
        .update(full_text="")
    )


def delete_old(*, now: datetime, limit: int = 1000) -> int:
    """Delete at most `limit` mails that were handled before the retention period, and the messages that forwarded them.

    Those messages hold the address of the writer. Returns how many mails were deleted.
    """
    old = list(IncomingMail.objects.filter(handled_at__lt=now - RETENTION).order_by("pk").only("pk")[:limit])
    Message.objects.filter(about__in=[object_key(mail) for mail in old]).delete()
    return IncomingMail.objects.filter(pk__in=[mail.pk for mail in old]).delete()[0]


def erase_old_reports(*, now: datetime, limit: int = 1000) -> int:
    """Erase at most `limit` texts of reports that could not be read, before the retention period. Returns how many."""
    old = Message.objects.filter(unclear_report_at__lt=now - RETENTION).exclude(unclear_report="").order_by("pk")
    return Message.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).update(unclear_report="")


def delete_old_texts(*, now: datetime, limit: int = 1000) -> int:
    """Delete at most `limit` SMS that were handled before the retention period. Returns how many."""
    old = IncomingText.objects.filter(handled_at__lt=now - RETENTION).order_by("pk").values_list("pk", flat=True)
    return IncomingText.objects.filter(pk__in=list(old[:limit])).delete()[0]
