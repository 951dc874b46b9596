"""How often a stranger may try something; counted in the Django cache, under a digest."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def address_of_visitor(request: HttpRequest) -> str:
    """The network address, read past the trusted proxies only."""
    return str(get_adapter(request).get_client_ip(request))


def is_within(*, action: str, who: str, times: int, seconds: int) -> bool:
    """Count one more try; false when there were already `times` since the first one, at most `seconds` ago."""
    key = "limit:" + hashlib.sha256(f"{action}:{who}".encode()).hexdigest()
    if cache.add(key, 1, timeout=seconds):
        return True
    try:
        return bool(cache.incr(key) <= times)
    except ValueError:  # ended between the two
        return True
