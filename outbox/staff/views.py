"""For application managers: what waits, left and failed, and what may be done about it. No names, no words."""

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of
from outbox.models import Message
from outbox.monitoring import queries
from outbox.monitoring.overdue import GRACE, Lateness
from outbox.monitoring.statistics import figures as figures_of
from outbox.sms.limits import usage_of
from outbox.staff import actions
from outbox.staff.forms import AgainForm, MessagesForm, PeriodForm

READ = ["GET", "HEAD"]
ON_A_PAGE = 25


@require_http_methods(READ)
@for_role(Role.APPLICATION_MANAGER)
def messages(request: HttpRequest) -> HttpResponse:
    now, form = timezone.now(), MessagesForm(request.GET)
    wanted = form.wanted()
    page = Paginator(queries.messages_of(**wanted, now=now), ON_A_PAGE).get_page(request.GET.get("page"))
    asks = any(wanted.values()) or page.number > 1  # then the list comes first
    context = {
        "form": form,
        "page": page,
        "asks": asks,
        "standing": queries.standing(now),
        "overdue": Lateness.at(now, by=GRACE),
        "failures": [] if asks and wanted["shown"] != "failed" else queries.failures(now),
        "now": now,
    }
    return render(request, "outbox/staff/messages.html", context)


@require_http_methods(READ)
@for_role(Role.APPLICATION_MANAGER)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    now, found = timezone.now(), get_object_or_404(Message.objects.select_related("fallback_for"), pk=pk)
    page = {
        "message": found,
        "now": now,
        "life": queries.life_of(found, now=now),
        "fallbacks": found.fallbacks.order_by("pk"),
        "why_not": actions.why_not_again(found, now=now),
    }
    return render(request, "outbox/staff/message.html", page)


@require_http_methods(READ)
@for_role(Role.APPLICATION_MANAGER)
def figures(request: HttpRequest) -> HttpResponse:
    now, form = timezone.now(), PeriodForm(request.GET)
    channels, kinds = figures_of(now, days=form.wanted_days())
    usage = usage_of(Policy.objects.current(), now=now)
    return render(request, "outbox/staff/statistics.html", {"form": form, "channels": channels, "kinds": kinds, "usage": usage})


@require_http_methods(["POST"])
@for_role(Role.APPLICATION_MANAGER)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=pk)
    try:
        actions.send_again(found, actor=Actor.of(staff_of(request)), now=timezone.now())
    except Refusal as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, _("This message waits to leave again."))
    return redirect("outbox:message", pk)


@require_http_methods(["POST"])
@for_role(Role.APPLICATION_MANAGER)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=pk)
    try:
        actions.stop(found, actor=Actor.of(staff_of(request)), now=timezone.now())
    except Refusal as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, _("This message is stopped. It does not leave."))
    return redirect("outbox:message", pk)


@require_http_methods([*READ, "POST"])
@for_role(Role.APPLICATION_MANAGER)
def send_all_again(request: HttpRequest) -> HttpResponse:
    """Says first what it will do; the kind and the reason stand in the address."""
    now, wanted = timezone.now(), AgainForm(request.GET).wanted()
    group = next((group for group in queries.failures(now) if vars(group) | wanted == vars(group)), None)
    if request.method != "POST":
        return render(request, "outbox/staff/send_all_again.html", {"group": group})
    try:
        count = actions.send_all_again(**wanted, actor=Actor.of(staff_of(request)), now=now)
    except Refusal as refusal:
        notices.error(request, str(refusal))
    else:
        words = ngettext("One message waits to leave.", "%(count)s messages wait to leave.", count)
        notices.success(request, words % {"count": count})
    return redirect("outbox:messages")
