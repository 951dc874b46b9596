"""What a call of the mail provider must be, whatever it is about: behind the secret, and readable."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse

from organisation.faults import in_short

logger = logging.getLogger(__name__)


def take_call(
    request: HttpRequest,
    provider: str,
    readers: Mapping[str, type[AnymailBaseWebhookView]],
    note: Callable[[Sequence[Any]], object],
) -> HttpResponse:
    """Not there without a secret. HEAD is how some providers look whether it is. `note` gets the events."""
    if not settings.MAIL_WEBHOOK_SECRET or provider not in readers:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        reader = readers[provider](webhook_secret=settings.MAIL_WEBHOOK_SECRET)
        reader.run_validators(request)
        events = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except ImproperlyConfigured as error:  # a key of the provider's is missing: it may try again later
        logger.error("calls of %s cannot be read: %s", provider, in_short(error))
        return HttpResponse(status=503)
    except Exception as error:  # whatever it sends that nobody can read
        logger.error("a call of %s cannot be read: %s", provider, in_short(error))
        return HttpResponse(status=400)
    note(events)
    return HttpResponse()
