"""The door at which calendar programs read an advisor's feed; the address is the key."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods

from advisors.feed.services import feed_by_token
from bookings.calendar.feed import feed_of


@require_http_methods(["GET", "HEAD"])
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """An unknown, renewed or closed address is 404; what a program has already is 304."""
    known = feed_by_token(token)
    if known is None:
        raise Http404
    content = feed_of(known, now=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # may be kept by who reads it, and is asked for again
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response) or response
