"""Where Twilio tells us how a text fared and what somebody answered; nobody else is heard."""

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
LARGEST = 64 * 1024  # bytes; a text has 1,600 characters, and some forty short fields stand around it
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # TwiML: no answer by text
Wish = ParamSpec("Wish")
logger = logging.getLogger(__name__)


def only_from_twilio(
    door: Callable[Concatenate[HttpRequest, Wish], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Wish], HttpResponse]:
    """A form with Twilio's signature, and not a large one."""

    @wraps(door)
    def answer(request: HttpRequest, /, *args: Wish.args, **kwargs: Wish.kwargs) -> HttpResponse:
        if request.content_type != FORM:
            return _plain("A form is expected.", status=415)
        if len(request.body) > LARGEST:
            return _plain("This is too large.", status=413)
        if not is_from_twilio(request):
            logger.warning("%s: the signature is not Twilio's %s", door.__name__, kwargs.get("key", ""))
            return _plain("The signature is wrong or missing.", status=403)
        return door(request, *args, **kwargs)

    return csrf_exempt(never_cache(require_POST(answer)))


@only_from_twilio
def text_status(request: HttpRequest, key: UUID) -> HttpResponse:
    """A delivery status callback: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    said = request.POST
    is_known = inbound.note_status(
        key=key,
        provider_id=said.get("MessageSid", ""),
        status=said.get("MessageStatus", ""),
        code=said.get("ErrorCode", ""),
        now=timezone.now(),
    )
    return HttpResponse(status=204) if is_known else _plain("There is no such text.", status=404)


@only_from_twilio
def text_incoming(request: HttpRequest) -> HttpResponse:
    """An incoming message: https://www.twilio.com/docs/messaging/guides/webhook-request"""
    said = request.POST
    inbound.receive(
        provider_id=said.get("MessageSid", ""),
        sender=said.get("From", ""),
        text=said.get("Body", ""),
        opt_out=said.get("OptOutType", ""),
        now=timezone.now(),
    )
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml; charset=utf-8")


def _plain(words: str, *, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
