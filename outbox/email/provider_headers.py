"""What mail providers ask for so that their reports say which letter they are about. Pure.

Those who send by SMTP put it into a header of their provider's own:
- Postmark: postmarkapp.com/support/article/1125-custom-metadata-faq
- Mailgun: documentation.mailgun.com, "Attaching data to messages"
- Brevo: developers.brevo.com/docs/transactional-webhooks ("X-Mailin-custom")
- Mailjet: dev.mailjet.com, "Event payload" ("X-MJ-EventPayload")
- SendGrid: docs.sendgrid.com, "Unique arguments" ("X-SMTPAPI")
- Mandrill: mailchimp.com/developer/transactional/docs/smtp-integration ("X-MC-Metadata")
Not Amazon SES: its notifications come by SNS, which we do not read; let its reports come to the mailbox.
"""

import json
from collections.abc import Iterator
from uuid import UUID

NAME = "message"  # under which the key comes back
_HEADERS = {
    "postmarkapp.com": f"X-PM-Metadata-{NAME}",
    "mailgun.org": "X-Mailgun-Variables",
    "brevo.com": "X-Mailin-custom",
    "sendinblue.com": "X-Mailin-custom",
    "mailjet.com": "X-MJ-EventPayload",
    "sendgrid.net": "X-SMTPAPI",
    "mandrillapp.com": "X-MC-Metadata",
}


def header_with_key(key: UUID, *, host: str) -> Iterator[tuple[str, str]]:
    """The header that the provider at this SMTP host hands back to us; none for another host."""
    header = next((name for domain, name in _HEADERS.items() if f".{host}".endswith(f".{domain}")), "")
    if not header:
        return
    value: object = {"unique_args": {NAME: str(key)}} if header == "X-SMTPAPI" else {NAME: str(key)}
    yield header, str(key) if header.startswith("X-PM-") else json.dumps(value)
