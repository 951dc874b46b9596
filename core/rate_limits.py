"""Rate limits for anonymous visitors, counted in the Django cache under a keyed digest of the key."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from core.tokens import derive_token


def client_ip(request: HttpRequest) -> str:
    """IP address of the visitor, as the trusted proxies report it."""
    return str(get_adapter(request).get_client_ip(request))


def is_within_limit(*, action: str, key: str, limit: int, seconds: int) -> bool:
    """Count one attempt; False when `limit` attempts were made in the past `seconds`.

    Every attempt has a cache entry of its own: `cache.add` is atomic and keeps its expiry on every backend, which
    `cache.incr` does not. The digest is keyed: a table of digests of mail addresses could be tried out.
    """
    digest = derive_token("core.rate_limit", f"{action}:{key}")
    entries = [f"limit:{digest}:{number}" for number in range(limit)]
    taken = cache.get_many(entries)
    return any(cache.add(entry, 1, timeout=seconds) for entry in entries if entry not in taken)
