"""Mail that waits to be collected by a room above, and what is left of it afterwards."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from core.actors import key_of
from core.batch import do_each
from outbox.models import IncomingMail, Message

KEPT_FOR = timedelta(days=30)  # without its words: it still says that a mail came, and that it was here already
GIVEN_UP_AFTER = timedelta(days=1)
FAILED = "failed"
WORDS = ("subject", "text", "calendar")
logger = logging.getLogger(__name__)


def handle(kind: IncomingMail.Kind, work: Callable[[int], bool], *, now: datetime) -> int:
    """Do the work for every mail of this kind that nobody has handled. Returns how many were done.

    One at which it fails is tried again every minute for a day, and then it is left as it is, with its words, until it
    is forgotten.
    """
    done = do_each(waiting(kind), work, name="incoming mail")
    too_old = IncomingMail.objects.filter(kind=kind, handled_at__isnull=True, received_at__lt=now - GIVEN_UP_AFTER)
    for key, about in too_old.values_list("pk", "about"):
        logger.error("incoming mail %s about %s: given up, it cannot be handled", key, about)
        IncomingMail.objects.filter(pk=key, handled_at__isnull=True).update(handled_at=now, outcome=FAILED)
    return done


def waiting(kind: IncomingMail.Kind) -> Sequence[int]:
    """The keys of what nobody has handled, oldest first."""
    unhandled = IncomingMail.objects.filter(kind=kind, handled_at__isnull=True)
    return list(unhandled.order_by("received_at", "pk").values_list("pk", flat=True))


def take(mail_id: int, *, now: datetime) -> IncomingMail | None:
    """The mail, for one caller only, in whose transaction it is handled; None when another has it."""
    if not IncomingMail.objects.filter(pk=mail_id, handled_at__isnull=True).update(handled_at=now):
        return None
    return IncomingMail.objects.get(pk=mail_id)


def end(mail: IncomingMail, *, outcome: str) -> None:
    """What became of it. Its words have gone on, or are of no use; the demo keeps them, to be looked at."""
    words = {} if settings.DEMO else dict.fromkeys(WORDS, "")
    IncomingMail.objects.filter(pk=mail.pk).update(outcome=outcome, **words)


def forget(*, now: datetime) -> int:
    """What was handled a month ago, and the letter that brought it further: it says to whom an answer went.

    Returns how many mails.
    """
    old = list(IncomingMail.objects.filter(handled_at__lt=now - KEPT_FOR))
    Message.objects.filter(about__in=[key_of(mail) for mail in old]).delete()
    return IncomingMail.objects.filter(pk__in=[mail.pk for mail in old]).delete()[0]
