"""Demo outbox: messages as a phone and a mail program show them. Exists in the demo only."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outbox.models import Message
from outbox.monitoring.queries import all_recipients
from outbox.staff.forms import EVERYBODY, RecipientForm
from outbox.templates import to_html

READ_METHODS = ["GET", "HEAD"]
PAGE_SIZE = 25

Params = ParamSpec("Params")


def demo_only(view: Callable[Params, HttpResponse]) -> Callable[Params, HttpResponse]:
    """Answer 404 outside the demo: the page needs no sign-in and its links are real."""

    @wraps(view)
    def wrapper(*args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(*args, **kwargs)

    return never_cache(wrapper)


@demo_only
@require_http_methods(READ_METHODS)
def demo_outbox(request: HttpRequest) -> HttpResponse:
    form = RecipientForm(request.GET if "to" in request.GET else None, recipients=all_recipients())
    found = Message.objects.order_by("-created_at", "-pk")
    if form.is_valid() and form.cleaned_data["to"] != EVERYBODY:
        found = found.filter(recipient=form.cleaned_data["to"])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "outbox/staff/demo_outbox.html", {"form": form, "page": page})


@demo_only
@require_http_methods(READ_METHODS)
def demo_message(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=pk)
    page = {"letter": message, "body": to_html(message.text), "fallbacks": message.fallbacks.order_by("pk")}
    return render(request, "outbox/staff/demo_message.html", page)


@demo_only
@require_http_methods(READ_METHODS)
def demo_attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Calendar object, as a mail program would save it."""
    message = get_object_or_404(Message.objects.exclude(calendar=""), pk=pk)
    content_type = f"text/calendar; method={message.calendar_method}; charset=utf-8"
    response = HttpResponse(message.calendar.encode(), content_type=content_type)
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response
