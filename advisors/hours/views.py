"""The page of hours and absences. What takes hours from talks that stand is decided above, in bookings/views/hours."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors import services
from advisors.hours.page import hours_page_of
from advisors.models import Absence, Advisor
from advisors.permissions import EDITORS, advisor_or_404, hours_url, is_own, render_on_clock_of
from core.actors import Actor
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def hours(request: HttpRequest) -> HttpResponse:
    advisor = get_object_or_404(Advisor.objects.select_related("user"), user=staff_of(request))
    return _page(request, advisor)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.APPLICATION_MANAGER)
def hours_of(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, advisor_or_404(request, pk))


@require_http_methods(["POST"])
@for_role(*EDITORS)
def absence_delete(request: HttpRequest, pk: int) -> HttpResponse:
    absences = Absence.objects.select_related("advisor__user")
    found = get_object_or_404(absences, pk=pk, advisor__in=Advisor.objects.editable_by(staff_of(request)))
    services.remove_absence(absence=found, actor=Actor.of(staff_of(request)), now=timezone.now())
    messages.success(request, _("The absence is removed. Candidates can book in that time again."))
    return redirect(hours_url(request, found.advisor))


def _page(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    monday = _monday_or_404(request.GET.get("week"))
    page = hours_page_of(advisor, policy=Policy.objects.current(), now=timezone.now(), monday=monday)
    words = {"page": page, "advisor": advisor, "is_own": is_own(request, advisor)}
    return render_on_clock_of(advisor, request, "advisors/hours/hours.html", words)


def _monday_or_404(said: str | None) -> date | None:
    """ "2026-W48", as ISO 8601 counts weeks."""
    if not said:
        return None
    year, _dash, number = said.partition("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        raise Http404 from None
