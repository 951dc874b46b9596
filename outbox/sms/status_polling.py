"""What became of texts of which nobody told us: a report that comes while the web is away is lost.

Twilio is asked only while a letter that stands by is of use; after that no answer would change anything.
"""

import logging
from contextlib import closing
from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Q

from outbox.channels import Trouble
from outbox.clock import Clock
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.sms.inbound import note_status
from outbox.sms.twilio import Twilio

SILENT = timedelta(minutes=10)  # a report comes within seconds, or when the phone is on again
MANY = 30  # in one run
RUN = timedelta(seconds=30)
Reason, State = Message.Reason, Message.State
ASKED_AGAIN_AT = ExpressionWrapper(F("asked_at") + (F("asked_at") - F("sent_at")), output_field=DateTimeField())
logger = logging.getLogger(__name__)


def silent(*, now: datetime) -> MessageQuerySet:
    """Texts about which Twilio may be asked now, who waits longest first.

    Each pause is as long as the text has been away, so that none is asked about more than a dozen times in a week.
    """
    letters = Message.objects.waiting().filter(is_standby=True, useless_after__gt=now)
    left = Message.objects.filter(
        pk__in=letters.values("fallback_for"), channel=Message.Channel.SMS, state=State.SENT, sent_at__lte=now - SILENT
    )
    due = left.annotate(asked_again_at=ASKED_AGAIN_AT).filter(Q(asked_at=None) | Q(asked_again_at__lte=now))
    return due.exclude(provider_id="").order_by(F("asked_at").asc(nulls_first=True), "sent_at")


def ask_about_silent(*, now: datetime) -> int:
    """Returns about how many Twilio was asked; one that does not answer is left alone until the next run."""
    clock, asked = Clock(now), 0
    with closing(Twilio()) as way:
        for text in silent(now=now)[:MANY]:
            if clock.now() >= now + RUN or not _ask(text, way, now=clock.now()):
                break
            asked += 1
    return asked


def _ask(text: Message, way: Twilio, *, now: datetime) -> bool:
    """What it answers counts as if Twilio had told it. False when it does not answer."""
    if not Message.objects.filter(pk=text.pk, asked_at=text.asked_at).update(asked_at=now):
        return True  # another worker asks
    try:
        fate = way.fate_of(text.provider_id, now=now)
    except Trouble as trouble:
        logger.warning("message %s: what became of it is not known: %s %s", text.pk, trouble.reason, trouble.code)
        return trouble.reason not in (Reason.AWAY, Reason.BUSY)
    note_status(key=text.key, provider_id=text.provider_id, status=fate.status, code=fate.code, now=now)
    return True
