"""Webhooks of Twilio: delivery reports and incoming SMS."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outbox.sms import inbound
from outbox.sms.signatures import is_from_twilio

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 64 * 1024  # bytes; an SMS has at most 1,600 characters, with some forty short fields around it
EMPTY_RESPONSE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # TwiML: send no reply
Params = ParamSpec("Params")
logger = logging.getLogger(__name__)


def twilio_signature_required(
    view: Callable[Concatenate[HttpRequest, Params], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Params], HttpResponse]:
    """Accept only small forms with Twilio's signature."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if request.content_type != FORM:
            return _plain("A form is expected.", status=415)
        if len(request.body) > MAX_BODY:
            return _plain("This is too large.", status=413)
        if not is_from_twilio(request):
            logger.warning("%s: the signature is not Twilio's %s", view.__name__, kwargs.get("key", ""))
            return _plain("The signature is wrong or missing.", status=403)
        return view(request, *args, **kwargs)

    return csrf_exempt(never_cache(require_POST(checked)))


@twilio_signature_required
def sms_status(request: HttpRequest, key: UUID) -> HttpResponse:
    """A delivery status callback: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    fields = request.POST
    is_known = inbound.record_status(
        key=key,
        provider_id=fields.get("MessageSid", ""),
        status=fields.get("MessageStatus", ""),
        code=fields.get("ErrorCode", ""),
        now=timezone.now(),
    )
    return HttpResponse(status=204) if is_known else _plain("There is no such text.", status=404)


@twilio_signature_required
def incoming_sms(request: HttpRequest) -> HttpResponse:
    """An incoming message: https://www.twilio.com/docs/messaging/guides/webhook-request"""
    fields = request.POST
    inbound.receive(
        provider_id=fields.get("MessageSid", ""),
        sender=fields.get("From", ""),
        text=fields.get("Body", ""),
        opt_out=fields.get("OptOutType", ""),
        now=timezone.now(),
    )
    return HttpResponse(EMPTY_RESPONSE, content_type="text/xml; charset=utf-8")


def _plain(text: str, *, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
