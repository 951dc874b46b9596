"""The private address of an advisor's feed: derived, so that no table holds it. Looked up by digest."""

import base64
import hashlib

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from advisors.models import AgendaFeed


def token_of(feed: AgendaFeed) -> str:
    """43 characters, 256 bits: HMAC-SHA256 over the feed's key, which is given out once, and its version."""
    said = f"{feed.pk}:{feed.version}"
    mac = salted_hmac("advisors.feed", said, secret=settings.LINK_SECRET, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def digest_of(token: str) -> str:
    """What the table keeps: a leaked table opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(feed: AgendaFeed) -> str:
    """Where the feed is read; the room that knows the talks answers there."""
    return settings.PUBLIC_URL + reverse("bookings:feed", args=[token_of(feed)])


def webcal_of(feed: AgendaFeed) -> str:
    """The same place, in the way that makes a device ask its calendar program."""
    _scheme, _colon, rest = address_of(feed).partition(":")
    return f"webcal:{rest}"
