"""Mail that a provider took in for us and brings by a call, as django-anymail reads it."""

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

from outbox.inbound.intake import receive

READERS: Mapping[str, type[AnymailBaseWebhookView]] = {
    "brevo": BrevoInboundWebhookView,
    "mailersend": MailerSendInboundWebhookView,
    "mailgun": MailgunInboundWebhookView,
    "mailjet": MailjetInboundWebhookView,
    "mandrill": MandrillCombinedWebhookView,
    "postmark": PostmarkInboundWebhookView,
    "sendgrid": SendGridInboundWebhookView,
    "sparkpost": SparkPostInboundWebhookView,
}
LARGEST = 40_000_000  # bytes of a call: a mail of 30 MB in base64, which is what providers take


def receive_each(events: Iterable[AnymailInboundEvent], *, now: datetime) -> bool:
    """Whether we are done with all of them; else the provider keeps them, and what we had already is known again."""
    mails = [event.message for event in events if isinstance(getattr(event, "message", None), AnymailInboundMessage)]
    outcomes = [receive(_raw(mail), now=now, to=mail.envelope_recipient or "") for mail in mails]
    return all(outcome.is_done for outcome in outcomes)


def _raw(mail: AnymailInboundMessage) -> bytes:
    """The mail as if it had come by itself; what the provider knows of its envelope stands above it."""
    known = b"Return-Path: <>\r\n" if mail.envelope_sender == "" else b""
    known += b"X-Spam-Flag: YES\r\n" if mail.spam_detected else b""
    return known + _written(mail)


def _written(mail: AnymailInboundMessage) -> bytes:
    """Python reads more than it writes; what it cannot write at all is no mail."""
    for policy in (default, compat32):
        with suppress(UnicodeError, LookupError, ValueError, AttributeError, TypeError, RecursionError):
            return mail.as_bytes(policy=policy)
    return b""
