"""Webhooks of mail providers: delivery events and inbound mail."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outbox.email import webhook_events
from outbox.inbound import webhook
from outbox.inbound.webhook_form import parse_raw_form
from outbox.inbound.webhook_limits import limit_fields
from outbox.webhooks.request import handle_webhook

METHODS = ["HEAD", "POST"]


@csrf_exempt
@require_http_methods(METHODS)
def mail_report(request: HttpRequest, provider: str) -> HttpResponse:
    now = timezone.now()
    return handle_webhook(
        request,
        provider,
        webhook_events.PROVIDER_VIEWS,
        lambda events: webhook_events.record_events(events, now=now) >= 0,
    )


@csrf_exempt
@require_http_methods(METHODS)
def mail_incoming(request: HttpRequest, provider: str) -> HttpResponse:
    now = timezone.now()
    return handle_webhook(
        request,
        provider,
        webhook.PROVIDER_VIEWS,
        lambda events: webhook.receive_events(events, now=now),
        max_bytes=webhook.MAX_REQUEST_BYTES,
        parse_form=parse_raw_form,
        limit_fields=limit_fields,
        is_unreadable_done=True,
    )
