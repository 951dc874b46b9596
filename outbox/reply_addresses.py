"""Addresses to which answers come back: a sub-address (RFC 5233) of one mailbox, proven by a keyed digest. Pure.

`antwoord+booking.12.k3j4h5g6f7@oostmeer.example` is about booking 12; `antwoord+bounce.<key of a message>.<digest>@...`
is where the report of a failed delivery goes. Nobody can make one up, and whoever has one got it from us.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import salted_hmac

LENGTH = 10  # of 5 bits each
BOUNCE = "bounce"
_TAG = re.compile(r"(?P<name>[a-z_]+)\.(?P<value>[0-9a-z-]+)\.(?P<digest>[a-z2-7]{10})")


def is_open() -> bool:
    """Whether there is a mailbox that reads answers; without one they go to the sender of the letter."""
    return bool(settings.INBOX_ADDRESS)


def address_about(thing: str) -> str:
    """Where answers about "booking:12" go; "" without a mailbox."""
    return address_in(mailbox(), thing)


def mailbox() -> str:
    """With the place for a tag left open, to be kept: `antwoord+@oostmeer.example`; "" without a mailbox."""
    local, _, host = settings.INBOX_ADDRESS.rpartition("@")
    return f"{local}+@{host}" if is_open() else ""


def address_in(kept: str, thing: str) -> str:
    """Where answers about "booking:12" go, in what `mailbox` said once; an address without an open place is whole."""
    local, _, host = kept.rpartition("@")
    return f"{local}{_tag(*thing.split(':', 1))}@{host}" if local.endswith("+") else kept


def bounce_address(message_key: object) -> str:
    """Where the report goes that this message could not be delivered; "" without a mailbox."""
    return address_about(f"{BOUNCE}:{str(message_key).replace('-', '')}")  # as short as it can be


def thing_of(address: str) -> str:
    """ "booking:12", "bounce:<key>" of an address that we gave out; "" for any other, also a forged one."""
    local, _, host = address.strip().strip("<>").lower().rpartition("@")
    own_local, _, own_host = settings.INBOX_ADDRESS.lower().rpartition("@")
    prefix, _, tag = local.partition("+")
    found = _TAG.fullmatch(tag)
    if not own_host or (prefix, host) != (own_local, own_host) or not found:
        return ""
    is_ours = found["digest"] == _digest(found["name"], found["value"])
    return f"{found['name']}:{found['value']}" if is_ours else ""


def _tag(name: str, value: str) -> str:
    return f"{name}.{value}.{_digest(name, value)}"


def _digest(name: str, value: str) -> str:
    mac = salted_hmac("outbox.replies", f"{name}:{value}", secret=settings.LINK_SECRET, algorithm="sha256")
    return base64.b32encode(mac.digest()).decode()[:LENGTH].lower()
