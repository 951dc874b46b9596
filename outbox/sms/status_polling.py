"""Ask the provider for the status of SMS without a delivery report: one that comes while the web is down is lost.

Only while a fallback waits for the SMS and has not expired; after that the answer would change nothing.
"""

import logging
from contextlib import closing
from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Q

from outbox.backends import DeliveryError
from outbox.clock import MonotonicClock
from outbox.models import Message
from outbox.models.message import MessageQuerySet
from outbox.sms.inbound import record_status
from outbox.sms.provider import status_backend
from outbox.sms.twilio import TwilioBackend

UNREPORTED_AFTER = timedelta(minutes=10)  # a report comes within seconds, or when the phone is on again
BATCH_SIZE = 30
RUN_LENGTH = timedelta(seconds=30)
Reason, State = Message.Reason, Message.State
NEXT_REQUEST_AT = ExpressionWrapper(F("asked_at") + (F("asked_at") - F("sent_at")), output_field=DateTimeField())
logger = logging.getLogger(__name__)


def unreported(*, now: datetime) -> MessageQuerySet:
    """SMS whose status may be asked now, the least recently asked first.

    Each pause is as long as the time since the SMS was sent, so a week has at most a dozen requests for one SMS.
    """
    waiting_fallbacks = Message.objects.queued().filter(is_dormant=True, expires_at__gt=now)
    sent = Message.objects.filter(
        pk__in=waiting_fallbacks.values("fallback_for"),
        transport=Message.Transport.SMS,
        state=State.SENT,
        sent_at__lte=now - UNREPORTED_AFTER,
    )
    due = sent.annotate(next_request_at=NEXT_REQUEST_AT).filter(Q(asked_at=None) | Q(next_request_at__lte=now))
    return due.exclude(provider_id="").order_by(F("asked_at").asc(nulls_first=True), "sent_at")


def poll_unreported(*, now: datetime) -> int:
    """Ask for the status of some SMS; returns how many were handled. Stops when the provider does not answer."""
    clock, handled = MonotonicClock(now), 0
    with closing(status_backend()) as provider:
        for sms in unreported(now=now)[:BATCH_SIZE]:
            if clock.now() >= now + RUN_LENGTH or not _poll(sms, provider, now=clock.now()):
                break
            handled += 1
    return handled


def _poll(sms: Message, provider: TwilioBackend, *, now: datetime) -> bool:
    """Record the status as if the provider had reported it. False when the provider does not answer."""
    if not Message.objects.filter(pk=sms.pk, asked_at=sms.asked_at).update(asked_at=now):
        return True  # another worker asks
    try:
        found = provider.fetch_status(sms.provider_id, now=now)
    except DeliveryError as error:
        logger.warning("message %s: its status is not known: %s %s", sms.pk, error.reason, error.code)
        return error.reason not in (Reason.AWAY, Reason.BUSY)
    record_status(key=sms.key, provider_id=sms.provider_id, status=found.status, code=found.code, now=now)
    return True
