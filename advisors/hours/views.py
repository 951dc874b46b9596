"""Opening hours page and the removal of absences. Changes that affect booked talks are in bookings/reassignment/."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.hours.page import hours_page_for
from advisors.hours.services import remove_absence
from advisors.models import Absence, Advisor
from advisors.permissions import EDITORS, advisor_or_404, hours_url, is_own, render_in_advisor_zone
from core.actors import Actor
from core.date_params import parse_week
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
def hours(request: HttpRequest) -> HttpResponse:
    advisor = get_object_or_404(Advisor.objects.select_related("user"), user=current_staff(request))
    return _page(request, advisor)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def hours_of(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, advisor_or_404(request, pk))


@require_http_methods(["POST"])
@role_required(*EDITORS)
def absence_delete(request: HttpRequest, pk: int) -> HttpResponse:
    absences = Absence.objects.select_related("advisor__user")
    found = get_object_or_404(absences, pk=pk, advisor__in=Advisor.objects.editable_by(current_staff(request)))
    remove_absence(absence=found, actor=Actor.of(current_staff(request)), now=timezone.now())
    messages.success(request, _("The absence is removed. Candidates can book in that time again."))
    return redirect(hours_url(request, found.advisor))


def _page(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    monday = _monday_or_404(request.GET.get("week"))
    page = hours_page_for(advisor, policy=Policy.objects.current(), now=timezone.now(), monday=monday)
    context = {"page": page, "advisor": advisor, "is_own": is_own(request, advisor)}
    return render_in_advisor_zone(advisor, request, "advisors/hours/hours.html", context)


def _monday_or_404(week: str | None) -> date | None:
    """Monday of an ISO 8601 week such as "2026-W48"."""
    if not week:
        return None
    try:
        return parse_week(week)
    except ValueError:
        raise Http404 from None
