"""Forwarding of inbound mail to the employer's sender address, when no other recipient is known."""

import re
from dataclasses import replace

from django.db.models import Model

from core.actors import object_key
from organisation.models import Policy
from outbox.compose import MailRecipient, compose_mail
from outbox.drafts import MessageDraft
from outbox.inbound.parser import InboundMail
from outbox.models import IncomingMail

_LINK_AFTER_COLON = re.compile(r":\s+(?=https?://)")


def forward_draft(
    row: IncomingMail, mail: InboundMail | IncomingMail, policy: Policy, *, booking: Model | None = None
) -> MessageDraft:
    """Message to the employer's sender address with the text of `mail`; its Reply-To is the writer.

    `mail` has the text, which the row may have lost. The message is about `booking`, to be erased with it, or else
    about the row, and deleted with that.
    """
    draft = compose_mail(
        "outbox/house_mail",
        to=MailRecipient(object_key(policy), policy.sender_name, policy.sender_email, policy.default_language),
        policy=policy,
        context={"is_of_talk": booking is not None, **quote_context(mail)},
        about=booking or row,
        unique_key=f"mail={row.pk}",
    )
    return replace(draft, reply_to=mail.sender)


def quote_context(mail: InboundMail | IncomingMail) -> dict[str, object]:
    """Context of a forwarding letter: the mail, quoted, so that it is not read as our own text."""
    text = "\n".join(f"> {line}" for line in mail.text.split("\n")) if mail.text else ""
    return {
        "writer": mail.sender,
        "subject": _keep_links_visible(mail.subject),
        "text": _keep_links_visible(text),
        "is_cut": mail.is_cut,
    }


def _keep_links_visible(text: str) -> str:
    """Prevent that our HTML hides a link behind the text before it: in mail of others the address must be visible."""
    return _LINK_AFTER_COLON.sub(":\N{NO-BREAK SPACE}", text)
