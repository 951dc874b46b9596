"""Headers with which mail providers return our message key in their webhook events. Pure.

SMTP headers per provider:
- Postmark: postmarkapp.com/support/article/1125-custom-metadata-faq
- Mailgun: documentation.mailgun.com, "Attaching data to messages"
- Brevo: developers.brevo.com/docs/transactional-webhooks ("X-Mailin-custom")
- Mailjet: dev.mailjet.com, "Event payload" ("X-MJ-EventPayload")
- SendGrid: docs.sendgrid.com, "Unique arguments" ("X-SMTPAPI")
- Mandrill: mailchimp.com/developer/transactional/docs/smtp-integration ("X-MC-Metadata")
Amazon SES is not supported: its notifications come by SNS. Its bounces can be read from the inbox.
"""

import json
from collections.abc import Iterator
from uuid import UUID

METADATA_KEY = "message"  # name under which events return the key
_HEADERS = {
    "postmarkapp.com": f"X-PM-Metadata-{METADATA_KEY}",
    "mailgun.org": "X-Mailgun-Variables",
    "brevo.com": "X-Mailin-custom",
    "sendinblue.com": "X-Mailin-custom",
    "mailjet.com": "X-MJ-EventPayload",
    "sendgrid.net": "X-SMTPAPI",
    "mandrillapp.com": "X-MC-Metadata",
}


def metadata_header(key: UUID, *, host: str) -> Iterator[tuple[str, str]]:
    """Header with the message key for the provider of this SMTP host; nothing for an unknown host."""
    header = next((name for domain, name in _HEADERS.items() if f".{host}".endswith(f".{domain}")), "")
    if not header:
        return
    value: object = {"unique_args": {METADATA_KEY: str(key)}} if header == "X-SMTPAPI" else {METADATA_KEY: str(key)}
    yield header, str(key) if header.startswith("X-PM-") else json.dumps(value)
