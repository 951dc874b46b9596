"""Who of the advisors has room in a week: numbers only, no candidate."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advisors.models import Advisor
from advisors.moments import monday_to_open_with
from bookings import periods
from bookings.periods import ONE_WEEK, monday_of, week_name
from bookings.shares import ZONE
from bookings.team import team_of
from bookings.views.agenda import period_or_404
from organisation.doors import for_role, staff_of
from organisation.models import Policy, Role


@require_http_methods(["GET", "HEAD"])
@for_role(Role.MANAGER, Role.APPLICATION_MANAGER)
def team(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    this_week = monday_of(today)
    default = monday_to_open_with(Advisor.objects.active(), today, ZONE)
    monday = period_or_404(periods.monday_named, request.GET.get("week"), default=default)
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
    return render(request, "bookings/team.html", words)
