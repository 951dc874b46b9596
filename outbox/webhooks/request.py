"""What a call of the mail provider must be, whatever it is about: behind the secret, and readable."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.utils import get_request_basic_auth
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.crypto import constant_time_compare
from django.utils.datastructures import MultiValueDict

from core.batch import in_short

logger = logging.getLogger(__name__)


def take_call(
    request: HttpRequest,
    provider: str,
    readers: Mapping[str, type[AnymailBaseWebhookView]],
    note: Callable[[Sequence[Any]], bool],
    *,
    at_most: int | None = None,
    form_of: Callable[[HttpRequest], QueryDict | None] = lambda request: None,
) -> HttpResponse:
    """Not there without a secret. HEAD is how some providers look whether it is.

    `note` gets the events; False when the provider must keep them and come again. `at_most` is in bytes, when it is
    more than Django reads; `form_of` reads a form with fields that are larger than Django takes.
    """
    if not settings.MAIL_WEBHOOK_SECRET or provider not in readers:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    if not constant_time_compare(get_request_basic_auth(request) or "", settings.MAIL_WEBHOOK_SECRET):
        return HttpResponse(status=403)  # before a byte of it is read
    try:
        _read(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE if at_most is None else at_most)
        _use(request, form_of(request))
        reader = readers[provider](webhook_secret=settings.MAIL_WEBHOOK_SECRET)
        reader.run_validators(request)
        events = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except RequestDataTooBig:
        logger.error("a call of %s is too large: %s bytes", provider, _size(request))
        return HttpResponse(status=413)
    except ImproperlyConfigured as error:  # a key of the provider's is missing: it may try again later
        logger.error("calls of %s cannot be read: %s", provider, in_short(error))
        return HttpResponse(status=503)
    except Exception as error:  # whatever it sends that nobody can read
        logger.error("a call of %s cannot be read: %s", provider, in_short(error))
        return HttpResponse(status=400)
    request._body = b""  # of tens of megabytes; what was in it is read
    return HttpResponse(status=200 if note(events) else 503)


def _read(request: HttpRequest, at_most: int) -> None:
    if _size(request) > at_most:
        raise RequestDataTooBig
    request._body = request.read()  # where Django itself puts what it read


def _use(request: HttpRequest, form: QueryDict | None) -> None:
    """A form that we read ourselves, in the place of what Django would read."""
    attrs = vars(request)
    attrs.update({"_post": form, "_files": MultiValueDict(), "_body": b""} if form else {})


def _size(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)
