"""The demo page Outbox: what left, as a phone and a mail program would show it. Outside the demo it is not there."""

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
from outbox.monitoring.queries import readers
from outbox.staff.forms import EVERYBODY, ReaderForm
from outbox.templates import as_html

READ = ["GET", "HEAD"]
PAGE_SIZE = 25


Wish = ParamSpec("Wish")


def only_in_demo(door: Callable[Wish, HttpResponse]) -> Callable[Wish, HttpResponse]:
    """Nobody signs in to see it, and the links in it are real: it is a page of the demo and of nothing else."""

    @wraps(door)
    def answer(*args: Wish.args, **kwargs: Wish.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return door(*args, **kwargs)

    return never_cache(answer)


@only_in_demo
@require_http_methods(READ)
def demo_outbox(request: HttpRequest) -> HttpResponse:
    form = ReaderForm(request.GET if "to" in request.GET else None, readers=readers())
    found = Message.objects.order_by("-created_at", "-pk")
    if form.is_valid() and form.cleaned_data["to"] != EVERYBODY:
        found = found.filter(recipient=form.cleaned_data["to"])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "outbox/staff/demo_outbox.html", {"form": form, "page": page})


@only_in_demo
@require_http_methods(READ)
def demo_message(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Message, pk=pk)
    page = {"letter": message, "body": as_html(message.text), "fallbacks": message.fallbacks.order_by("pk")}
    return render(request, "outbox/staff/demo_message.html", page)


@only_in_demo
@require_http_methods(READ)
def demo_attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """The calendar object as a mail program would save it."""
    message = get_object_or_404(Message.objects.exclude(calendar=""), pk=pk)
    content_type = f"text/calendar; method={message.calendar_method}; charset=utf-8"
    response = HttpResponse(message.calendar.encode(), content_type=content_type)
    response["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response
