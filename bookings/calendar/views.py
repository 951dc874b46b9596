"""Calendar feed for clients that subscribe; the secret token in the URL authorises."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods

from advisors.feed.services import feed_by_token
from bookings.calendar.feed import build_feed


@require_http_methods(["GET", "HEAD"])
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the feed; 404 for an unknown, replaced or disabled token, 304 when the client is up to date."""
    known = feed_by_token(token)
    if known is None:
        raise Http404
    content = build_feed(known, now=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # clients may cache it, but revalidate
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response) or response
