"""Pages where advisors, or an application manager for them, manage external calendars. Addresses are never shown."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.external_calendars import caldav, connect
from advisors.external_calendars.forms import FORMS
from advisors.external_calendars.status import calendar_statuses_for
from advisors.models import Advisor, ExternalCalendar
from advisors.permissions import EDITORS, advisor_or_404, is_own
from core.actors import Actor
from core.errors import Refusal
from core.http_errors import FetchFailed
from organisation.models import Role
from organisation.permissions import current_staff, role_required


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
def calendars(request: HttpRequest) -> HttpResponse:
    return _page(request, get_object_or_404(Advisor.objects.select_related("user"), user=current_staff(request)))


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def calendars_of(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, advisor_or_404(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*EDITORS)
@never_cache
def calendar_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    advisor = advisor_or_404(request, pk)
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None)
    if form.is_valid():
        connection, actor = form.connection(), Actor.of(current_staff(request))
        try:
            connect.connect_calendar(advisor=advisor, request=connection, actor=actor, now=timezone.now())
        except Refusal as refusal:
            form.add_error("address" if isinstance(refusal, FetchFailed) else None, str(refusal))
        else:
            messages.success(request, _("The calendar is saved. It is read within a minute; look here how it went."))
            return _back(request, advisor)
    context = {"form": form, "kind": kind, "can_caldav": caldav.is_installed(), **_advisor_context(request, advisor)}
    return render(request, "advisors/external_calendars/calendar_new.html", context)


@require_http_methods(["POST"])
@role_required(*EDITORS)
def calendar_read(request: HttpRequest, pk: int) -> HttpResponse:
    calendar = _calendar_or_404(request, pk)
    connect.request_sync(calendar=calendar, now=timezone.now())
    message = _("%(calendar)s is read within a minute. Open this page again to see how it went.")
    messages.success(request, message % {"calendar": calendar.name})
    return _back(request, calendar.advisor)


@require_http_methods(["POST"])
@role_required(*EDITORS)
def calendar_remove(request: HttpRequest, pk: int) -> HttpResponse:
    calendar = _calendar_or_404(request, pk)
    connect.remove_calendar(calendar=calendar, actor=Actor.of(current_staff(request)), now=timezone.now())
    message = _("%(calendar)s is removed. Its busy times no longer count.")
    messages.success(request, message % {"calendar": calendar.name})
    return _back(request, calendar.advisor)


def _page(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    states = calendar_statuses_for(advisor, now=timezone.now())
    full = len(states) >= connect.MAX_PER_ADVISOR
    return render(
        request,
        "advisors/external_calendars/calendars.html",
        {"states": states, "is_full": full, **_advisor_context(request, advisor)},
    )


def _calendar_or_404(request: HttpRequest, pk: int) -> ExternalCalendar:
    return get_object_or_404(
        ExternalCalendar.objects.editable_by(current_staff(request)).select_related("advisor"), pk=pk
    )


def _advisor_context(request: HttpRequest, advisor: Advisor) -> dict[str, object]:
    return {"advisor": advisor, "is_own": is_own(request, advisor)}


def _back(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    if is_own(request, advisor):
        return redirect("advisors:calendars")
    return redirect("advisors:calendars_of", pk=advisor.pk)
