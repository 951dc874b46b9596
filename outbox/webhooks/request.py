"""Webhook requests of mail providers: authentication, size limit and parsing."""

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

from core.batch import describe_error

logger = logging.getLogger(__name__)


def handle_webhook(
    request: HttpRequest,
    provider: str,
    views: Mapping[str, type[AnymailBaseWebhookView]],
    process: Callable[[Sequence[Any]], bool],
    *,
    max_bytes: int | None = None,
    parse_form: Callable[[HttpRequest], QueryDict | None] = lambda request: None,
    limit_fields: Callable[[HttpRequest], None] = lambda request: None,
    is_unreadable_done: bool = False,
) -> HttpResponse:
    """Authenticate and parse a webhook request, and pass its events to `process`.

    Answers 404 without a secret in the settings, and 503 when `process` returns False, so that the provider sends the
    request again, as unreadable content is not with `is_unreadable_done`. `max_bytes` and `parse_form` replace Django's
    limits; `limit_fields` cuts long fields after the signature is verified.
    """
    if not settings.MAIL_WEBHOOK_SECRET or provider not in views:
        raise Http404
    if early := _early_answer(request):
        return early
    try:
        _read_body(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE if max_bytes is None else max_bytes)
        _set_form(request, parse_form(request))
        view = _verified_view(views[provider], request)
        limit_fields(request)
        events = _parse_events(view, request, is_unreadable_done=is_unreadable_done)
    except AnymailWebhookValidationFailure:
        return HttpResponse(status=403)
    except RequestDataTooBig:
        logger.error("a request of %s is too large: %s bytes", provider, _content_length(request))
        return HttpResponse(status=413)
    except ImproperlyConfigured as error:  # a key of the provider is missing: it may try again later
        logger.error("requests of %s cannot be read: %s", provider, describe_error(error))
        return HttpResponse(status=503)
    except Exception as error:  # whatever an unreadable request raises
        logger.error("a request of %s cannot be read: %s", provider, describe_error(error))
        return HttpResponse(status=400)
    request._body = b""  # tens of megabytes that are parsed already
    return HttpResponse(status=200 if process(events) else 503)


def _early_answer(request: HttpRequest) -> HttpResponse | None:
    """Answer that needs no body: to HEAD, by which some providers check the URL, and without the secret."""
    if request.method == "HEAD":
        return HttpResponse()
    is_known = constant_time_compare(get_request_basic_auth(request) or "", settings.MAIL_WEBHOOK_SECRET)
    return None if is_known else HttpResponse(status=403)


def _verified_view(view_class: type[AnymailBaseWebhookView], request: HttpRequest) -> AnymailBaseWebhookView:
    """View of the provider, after its signature of the request is verified."""
    view = view_class(webhook_secret=settings.MAIL_WEBHOOK_SECRET)
    view.run_validators(request)
    return view


def _parse_events(view: AnymailBaseWebhookView, request: HttpRequest, *, is_unreadable_done: bool) -> Sequence[Any]:
    try:
        return list(view.parse_events(request))
    except (AnymailWebhookValidationFailure, ImproperlyConfigured):
        raise
    except Exception as error:  # as above
        if not is_unreadable_done:
            raise
        logger.error("the content of a request of %s is unreadable: %s", view.esp_name, describe_error(error))
        return []


def _read_body(request: HttpRequest, max_bytes: int) -> None:
    if _content_length(request) > max_bytes:
        raise RequestDataTooBig
    request._body = request.read()  # where Django itself keeps the body


def _set_form(request: HttpRequest, form: QueryDict | None) -> None:
    """Use the form that we parsed instead of letting Django parse the body."""
    attrs = vars(request)
    attrs.update({"_post": form, "_files": MultiValueDict(), "_body": b""} if form else {})


def _content_length(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)
