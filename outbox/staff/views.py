"""Pages on messages for application managers: state, resend, stop, statistics. Without names and texts."""

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from core.paging import cursor_page
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required
from outbox.models import Message
from outbox.monitoring import queries
from outbox.monitoring.overdue import GRACE, OverdueSummary
from outbox.monitoring.statistics import message_statistics
from outbox.sms.limits import sms_usage
from outbox.staff import actions
from outbox.staff.forms import MessagesForm, PeriodForm, ResendForm

READ_METHODS = ["GET", "HEAD"]
PAGE_SIZE = 25


@require_http_methods(READ_METHODS)
@role_required(Role.APPLICATION_MANAGER)
def messages(request: HttpRequest) -> HttpResponse:
    now, form = timezone.now(), MessagesForm(request.GET)
    wanted = form.wanted()
    found = queries.filter_messages(**wanted, now=now)
    page = cursor_page(found, request, size=PAGE_SIZE, ordering=found.query.order_by)
    is_filtered = any(wanted.values()) or bool(page.previous)  # the list comes first
    context = {
        "form": form,
        "page": page,
        "is_filtered": is_filtered,
        "summary": queries.outbox_summary(now),
        "overdue": OverdueSummary.at(now, by=GRACE),
        "failures": [] if is_filtered and wanted["shown"] != "failed" else queries.failure_groups(now),
        "now": now,
    }
    return render(request, "outbox/staff/messages.html", context)


@require_http_methods(READ_METHODS)
@role_required(Role.APPLICATION_MANAGER)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    now, found = timezone.now(), get_object_or_404(Message.objects.select_related("fallback_for"), pk=pk)
    page = {
        "message": found,
        "now": now,
        "history": queries.history_of(found, now=now),
        "fallbacks": found.fallbacks.order_by("pk"),
        "resend_refusal": actions.resend_refusal(found, now=now),
    }
    return render(request, "outbox/staff/message.html", page)


@require_http_methods(READ_METHODS)
@role_required(Role.APPLICATION_MANAGER)
def figures(request: HttpRequest) -> HttpResponse:
    now, form = timezone.now(), PeriodForm(request.GET)
    channels, kinds = message_statistics(now, days=form.wanted_days())
    usage = sms_usage(Policy.objects.current(), now=now)
    return render(
        request, "outbox/staff/statistics.html", {"form": form, "channels": channels, "kinds": kinds, "usage": usage}
    )


@require_http_methods(["POST"])
@role_required(Role.APPLICATION_MANAGER)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=pk)
    try:
        actions.send_again(found, actor=Actor.of(current_staff(request)), now=timezone.now())
    except Refusal as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, _("This message waits to leave again."))
    return redirect("outbox:message", pk)


@require_http_methods(["POST"])
@role_required(Role.APPLICATION_MANAGER)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=pk)
    try:
        actions.stop(found, actor=Actor.of(current_staff(request)), now=timezone.now())
    except Refusal as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, _("This message is stopped. It does not leave."))
    return redirect("outbox:message", pk)


@require_http_methods([*READ_METHODS, "POST"])
@role_required(Role.APPLICATION_MANAGER)
def send_all_again(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation on GET, resend on POST; kind and reason are query parameters."""
    now, wanted = timezone.now(), ResendForm(request.GET).wanted()
    group = next((group for group in queries.failure_groups(now) if vars(group) | wanted == vars(group)), None)
    if request.method != "POST":
        return render(request, "outbox/staff/send_all_again.html", {"group": group})
    try:
        count = actions.send_all_again(**wanted, actor=Actor.of(current_staff(request)), now=now)
    except Refusal as refusal:
        notices.error(request, str(refusal))
    else:
        notice = ngettext("One message waits to leave.", "%(count)s messages wait to leave.", count)
        notices.success(request, notice % {"count": count})
    return redirect("outbox:messages")
