"""The doors of the mail provider: what became of the letters that it took, and mail that came in."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outbox.email import webhook_events
from outbox.inbound import webhook
from outbox.inbound.webhook_form import raw_form_of
from outbox.webhooks.request import take_call

METHODS = ["HEAD", "POST"]


@csrf_exempt
@require_http_methods(METHODS)
def mail_report(request: HttpRequest, provider: str) -> HttpResponse:
    now = timezone.now()
    return take_call(
        request, provider, webhook_events.READERS, lambda events: webhook_events.note_events(events, now=now) >= 0
    )


@csrf_exempt
@require_http_methods(METHODS)
def mail_incoming(request: HttpRequest, provider: str) -> HttpResponse:
    now = timezone.now()
    return take_call(
        request,
        provider,
        webhook.READERS,
        lambda events: webhook.receive_each(events, now=now),
        at_most=webhook.LARGEST,
        form_of=raw_form_of,
    )
