"""The letter that brings a mail further: to the employer's own address, when nobody else is to have it."""

import re
from dataclasses import replace

from django.db.models import Model

from core.actors import key_of
from organisation.models import Policy
from outbox.compose import Reader, letter
from outbox.drafts import Draft
from outbox.inbound.parser import Mail
from outbox.models import IncomingMail

_LINK_AFTER_COLON = re.compile(r":\s+(?=https?://)")


def house_mail(row: IncomingMail, mail: Mail | IncomingMail, policy: Policy, *, talk: Model | None = None) -> Draft:
    """To who signs our letters. `mail` has the words, which the row may have lost; an answer goes to its writer.

    About the `talk` that it came about, so that it is erased with it; else about the row, and forgotten with that.
    """
    draft = letter(
        "outbox/house_mail",
        to=Reader(key_of(policy), policy.sender_name, policy.sender_email, policy.default_language),
        policy=policy,
        words={"is_of_talk": talk is not None, **words_of(mail)},
        about=talk or row,
        once=f"mail={row.pk}",
    )
    return replace(draft, reply_to=mail.sender)


def words_of(mail: Mail | IncomingMail) -> dict[str, object]:
    """What a letter that brings it further says of a mail: quoted, so that nobody takes it for our own words."""
    text = "\n".join(f"> {line}" for line in mail.text.split("\n")) if mail.text else ""
    return {
        "writer": mail.sender,
        "subject": _with_links_in_sight(mail.subject),
        "text": _with_links_in_sight(text),
        "is_cut": mail.is_cut,
    }


def _with_links_in_sight(text: str) -> str:
    """Our letters hide a link under the words before it; under a stranger's words it stays to be seen."""
    return _LINK_AFTER_COLON.sub(":\N{NO-BREAK SPACE}", text)
