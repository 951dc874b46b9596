"""Who of the advisors has room in a week: numbers only, no candidate."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.hours.week_preview import monday_to_open_with
from advisors.models import Advisor
from bookings import date_params
from bookings.agenda.team import team_of
from bookings.agenda.views import period_or_404
from bookings.assignment.workload import ZONE
from bookings.date_params import ONE_WEEK, monday_of, week_name
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of


@require_http_methods(["GET", "HEAD"])
@for_role(Role.MANAGER, Role.APPLICATION_MANAGER)
def team(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    this_week = monday_of(today)
    default = monday_to_open_with(Advisor.objects.active(), today, ZONE)
    monday = period_or_404(date_params.monday_named, request.GET.get("week"), default=default)
    words = {
        "team": team_of(monday, policy=Policy.objects.current(), now=now),
        "monday": monday,
        "week_number": monday.isocalendar().week,
        "this_week": week_name(this_week),
        "is_this_week": monday == this_week,
        "previous": week_name(monday - ONE_WEEK),
        "next": week_name(monday + ONE_WEEK),
        "may_set_up": staff_of(request).is_application_manager,
    }
    return render(request, "bookings/agenda/team.html", words)
