"""Reply addresses: sub-addresses (RFC 5233) of one mailbox that name a subject, authenticated by a keyed digest. Pure.

`antwoord+booking.12.k3j4h5g6f7@oostmeer.example` is about booking 12; `antwoord+bounce.<key of a message>.<digest>@...`
is the envelope sender of that message, to which bounces are returned (VERP). Without LINK_SECRET nobody can make one.
"""

import re

from django.conf import settings

from core.tokens import derive_code

BOUNCE = "bounce"
_TAG = re.compile(r"(?P<name>[a-z_]+)\.(?P<value>[0-9a-z-]+)\.(?P<digest>[a-z2-7]{10})")


def has_mailbox() -> bool:
    """True when replies come to our mailbox; otherwise they go to the sender of the e-mail."""
    return bool(settings.INBOX_ADDRESS)


def reply_address(subject_key: str) -> str:
    """Address for replies about "booking:12"; "" without a mailbox."""
    return address_from_template(mailbox_template(), subject_key)


def mailbox_template() -> str:
    """Address with an empty tag, to be stored: `antwoord+@oostmeer.example`; "" without a mailbox."""
    local, _, host = settings.INBOX_ADDRESS.rpartition("@")
    return f"{local}+@{host}" if has_mailbox() else ""


def address_from_template(template: str, subject_key: str) -> str:
    """Fill in a stored `mailbox_template`; an address that has no empty tag is complete already."""
    local, _, host = template.rpartition("@")
    return f"{local}{_tag(*subject_key.split(':', 1))}@{host}" if local.endswith("+") else template


def bounce_address(message_key: object) -> str:
    """Address for reports that this message could not be delivered; "" without a mailbox."""
    return reply_address(f"{BOUNCE}:{str(message_key).replace('-', '')}")  # a local part has 64 characters


def parse_reply_address(address: str) -> str:
    """Subject of a reply address: "booking:12", "bounce:<key>"; "" for any other address, also a forged one."""
    local, _, host = address.strip().strip("<>").lower().rpartition("@")
    own_local, _, own_host = settings.INBOX_ADDRESS.lower().rpartition("@")
    prefix, _, tag = local.partition("+")
    found = _TAG.fullmatch(tag)
    if not own_host or (prefix, host) != (own_local, own_host) or not found:
        return ""
    is_authentic = found["digest"] == _digest(found["name"], found["value"])
    return f"{found['name']}:{found['value']}" if is_authentic else ""


def _tag(name: str, value: str) -> str:
    return f"{name}.{value}.{_digest(name, value)}"


def _digest(name: str, value: str) -> str:
    return derive_code("outbox.replies", f"{name}:{value}").lower()
