"""The door of the mail provider: what became of the letters that it took."""

import logging

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from organisation.faults import in_short
from outbox.tracking import READERS, note_events

logger = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def mail_report(request: HttpRequest, provider: str) -> HttpResponse:
    """Not there without a secret. HEAD is how some providers look whether it is."""
    if not settings.MAIL_WEBHOOK_SECRET or provider not in READERS:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        reader = READERS[provider](webhook_secret=settings.MAIL_WEBHOOK_SECRET)
        reader.run_validators(request)
        events = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except ImproperlyConfigured as error:  # a key of the provider's is missing: it may try again later
        logger.error("reports of %s cannot be read: %s", provider, in_short(error))
        return HttpResponse(status=503)
    except Exception as error:  # whatever it sends that nobody can read
        logger.error("a report of %s cannot be read: %s", provider, in_short(error))
        return HttpResponse(status=400)
    note_events(events, now=timezone.now())
    return HttpResponse()
