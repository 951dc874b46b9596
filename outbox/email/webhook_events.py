"""Delivery events that mail providers report by webhook, parsed by django-anymail.

Anymail sends events as signals; here they come straight from the `parse_events` of each provider's view, after its own
authentication, so that one URL serves all providers without signal handlers.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.db import InterfaceError, OperationalError

from core.batch import describe_error
from outbox.delivery_status import is_about_last_attempt, record_delivered, record_undelivered
from outbox.email.bounces import REASONS
from outbox.email.dsn import find_status_code
from outbox.email.provider_headers import METADATA_KEY
from outbox.email.smtp_codes import classify_bounce
from outbox.message_ids import parse_message_id
from outbox.models import Message

PROVIDER_VIEWS: Mapping[str, type[AnymailBaseWebhookView]] = {
    "brevo": BrevoTrackingWebhookView,
    "mailersend": MailerSendTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
Reason = Message.Reason
REJECT_REASONS = {  # reasons for which a provider does not try to deliver
    RejectReason.INVALID: Reason.ADDRESS,
    RejectReason.BOUNCED: Reason.BOUNCED,
    RejectReason.TIMED_OUT: Reason.BOUNCED,
    RejectReason.SPAM: Reason.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Reason.COMPLAINED,
}
logger = logging.getLogger(__name__)


def record_events(events: Iterable[AnymailTrackingEvent], *, now: datetime) -> int:
    """Record events, in any order and however often they come. Returns how many changed a message."""
    return sum(_record_safely(event, now=now) for event in events)


def _record_safely(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    """Record one event; an unreadable one is logged, so that it does not lose the others of the request.

    Raises database errors: then the provider sends the request again.
    """
    try:
        return _record(event, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.error("a report of a mail provider cannot be read: %s", describe_error(error))
        return False


def _record(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    reason, status = _reason_for(event), find_status_code(event.mta_response or "")
    if reason is None and event.event_type != EventType.DELIVERED:
        return False  # queued, opened, clicked: not asked for and not kept
    message = _find_message(event, may_guess=reason is not None)
    if message is None:
        logger.info("a mail provider reports %s of an unknown message", event.event_type)
        return False
    happened_at = None if reason is Reason.COMPLAINED else event.timestamp  # a complaint is valid for every attempt
    if not is_about_last_attempt(message, recipients=[event.recipient or ""], happened_at=happened_at):
        logger.info("message %s (%s), the provider reports an earlier attempt", message.pk, message.kind)
        return False
    if reason is None:
        return record_delivered(message=message, now=now)
    logger.warning("message %s (%s), the provider reports: %s %s", message.pk, message.kind, reason.value, status)
    return record_undelivered(message=message, reason=reason, code=status, now=now)


def _reason_for(event: AnymailTrackingEvent) -> Message.Reason | None:
    if event.event_type == EventType.BOUNCED:
        return _reason_for_bounce(event.mta_response or "")
    if event.event_type == EventType.COMPLAINED:
        return Reason.COMPLAINED
    if event.event_type in (EventType.REJECTED, EventType.FAILED):
        return REJECT_REASONS.get(event.reject_reason, Reason.REFUSED)
    return None


def _reason_for_bounce(reply: str) -> Message.Reason:
    """Classify the reply of the receiving server; without one the provider has decided that it is a bounce."""
    return REASONS[classify_bounce(find_status_code(reply), reply)] if reply else Reason.BOUNCED


def _find_message(event: AnymailTrackingEvent, *, may_guess: bool) -> Message | None:
    """Find the message by its key, else by Message-ID; for a failure else the last message to the address."""
    mails = Message.objects.filter(transport=Message.Transport.MAIL)
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}  # anything, in events of other senders
    key = _parse_uuid(metadata.get(METADATA_KEY)) or parse_message_id(str(event.message_id or ""))
    if key:
        return mails.filter(key=key).first()
    if not may_guess or not event.recipient or "\x00" in event.recipient:
        return None
    sent = mails.filter(state__in=[Message.State.SENT, Message.State.DELIVERED], recipient__iexact=event.recipient)
    return sent.order_by("-sent_at").first()


def _parse_uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
