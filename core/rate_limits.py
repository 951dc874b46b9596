"""How often a stranger may try something; counted in the Django cache, under a digest."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def address_of_visitor(request: HttpRequest) -> str:
    """The network address, read past the trusted proxies only."""
    return str(get_adapter(request).get_client_ip(request))


def is_within(*, action: str, who: str, times: int, seconds: int) -> bool:
    """Take one of the `times` places, each for `seconds`; false when none is free.

    A place per try, because `add` lets one in and keeps its end on every cache, which `incr` does not.
    """
    digest = hashlib.sha256(f"{action}:{who}".encode()).hexdigest()
    places = [f"limit:{digest}:{number}" for number in range(times)]
    taken = cache.get_many(places)
    return any(cache.add(place, 1, timeout=seconds) for place in places if place not in taken)
