"""What a mail provider says later about a letter, as django-anymail reads it from the provider's own words.

Anymail hands events to signals; here they are taken from the reader of each provider itself (`parse_events`, after its
own checks of who asks), so that one address serves all and nobody has to be subscribed for a report to count.
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

from core.batch import in_short
from outbox.delivery_status import is_of_this_sending, record_delivered, record_undelivered
from outbox.email.bounces import REASONS
from outbox.email.dsn import status_in
from outbox.email.provider_headers import NAME
from outbox.email.smtp_codes import blame_of_report
from outbox.message_ids import key_in
from outbox.models import Message

READERS: Mapping[str, type[AnymailBaseWebhookView]] = {
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
WHY = {  # the provider did not even try
    RejectReason.INVALID: Reason.ADDRESS,
    RejectReason.BOUNCED: Reason.BOUNCED,
    RejectReason.TIMED_OUT: Reason.BOUNCED,
    RejectReason.SPAM: Reason.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Reason.COMPLAINED,
}
logger = logging.getLogger(__name__)


def note_events(events: Iterable[AnymailTrackingEvent], *, now: datetime) -> int:
    """Record what they say, in whatever order and however often they come. Returns how many changed something."""
    return sum(_note_alone(event, now=now) for event in events)


def _note_alone(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    """One that somebody else's letters brought along, in whatever shape, does not lose the others of the call.

    Raises what a database that is away raises: then the provider comes again.
    """
    try:
        return _note(event, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.error("a report of a mail provider cannot be read: %s", in_short(error))
        return False


def _note(event: AnymailTrackingEvent, *, now: datetime) -> bool:
    reason, status = _reason(event), status_in(event.mta_response or "")
    if reason is None and event.event_type != EventType.DELIVERED:
        return False  # under way, opened, clicked: we do not ask for it and do not keep it
    message = _message(event, may_guess=reason is not None)
    if message is None:
        logger.info("a mail provider says %s of a letter that we do not know", event.event_type)
        return False
    happened_at = None if reason is Reason.COMPLAINED else event.timestamp  # of whichever sending, it is unwanted
    if not is_of_this_sending(message, recipients=[event.recipient or ""], happened_at=happened_at):
        logger.info("message %s (%s), the provider tells of an earlier sending", message.pk, message.kind)
        return False
    if reason is None:
        return record_delivered(message=message, now=now)
    logger.warning("message %s (%s), says the provider: %s %s", message.pk, message.kind, reason.value, status)
    return record_undelivered(message=message, reason=reason, code=status, now=now)


def _reason(event: AnymailTrackingEvent) -> Message.Reason | None:
    if event.event_type == EventType.BOUNCED:
        return _reason_of_bounce(event.mta_response or "")
    if event.event_type == EventType.COMPLAINED:
        return Reason.COMPLAINED
    if event.event_type in (EventType.REJECTED, EventType.FAILED):
        return WHY.get(event.reject_reason, Reason.REFUSED)
    return None


def _reason_of_bounce(words: str) -> Message.Reason:
    """A provider that tells nothing of what the other server said has judged it already."""
    return REASONS[blame_of_report(status_in(words), words)] if words else Reason.BOUNCED


def _message(event: AnymailTrackingEvent, *, may_guess: bool) -> Message | None:
    """By the key that we sent along, else by our Message-ID; for bad news else the last letter to that address."""
    letters = Message.objects.filter(channel=Message.Channel.MAIL)
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}  # of another sender it may be anything
    key = _uuid(metadata.get(NAME)) or key_in(str(event.message_id or ""))
    if key:
        return letters.filter(key=key).first()
    if not may_guess or not event.recipient or "\x00" in event.recipient:
        return None
    left = letters.filter(state__in=[Message.State.SENT, Message.State.DELIVERED], recipient__iexact=event.recipient)
    return left.order_by("-sent_at").first()


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
