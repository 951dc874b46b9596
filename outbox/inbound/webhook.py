"""Inbound mail that a mail provider delivers by webhook, parsed by django-anymail."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from email.policy import compat32, default

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoInboundWebhookView
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView

from outbox.inbound.intake import InboundMailOutcome, receive

PROVIDER_VIEWS: Mapping[str, type[AnymailBaseWebhookView]] = {
    "brevo": BrevoInboundWebhookView,
    "mailersend": MailerSendInboundWebhookView,
    "mailgun": MailgunInboundWebhookView,
    "mailjet": MailjetInboundWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postmark": PostmarkInboundWebhookView,
    "sendgrid": SendGridInboundWebhookView,
    "sparkpost": SparkPostInboundWebhookView,
}
MAX_REQUEST_BYTES = 40_000_000  # a mail of 30 MB in base64, the limit of providers


def receive_events(events: Iterable[AnymailInboundEvent], *, now: datetime) -> bool:
    """Process mails; False when the provider should send them again, of which duplicates are recognised.

    An unreadable mail is logged and done: it is no more readable the next time.
    """
    mails = [event.message for event in events if isinstance(getattr(event, "message", None), AnymailInboundMessage)]
    outcomes = [receive(_raw(mail), now=now, to=mail.envelope_recipient or "") for mail in mails]
    return all(outcome.is_done or outcome == InboundMailOutcome.UNREADABLE for outcome in outcomes)


def _raw(mail: AnymailInboundMessage) -> bytes:
    """Bytes of the mail, with what the provider knows of its envelope as headers above it."""
    headers = b"Return-Path: <>\r\n" if mail.envelope_sender == "" else b""
    headers += b"X-Spam-Flag: YES\r\n" if mail.spam_detected else b""
    return headers + _serialize(mail)


def _serialize(mail: AnymailInboundMessage) -> bytes:
    """Serialise the mail; empty when Python cannot, as it parses more than it can write.

    The policy `default` parses every header, which takes minutes for a hostile one.
    """
    for policy in (compat32, default):
        with suppress(UnicodeError, LookupError, ValueError, AttributeError, TypeError, RecursionError):
            return mail.as_bytes(policy=policy)
    return b""
