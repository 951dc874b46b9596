"""Page that shows how bookings are divided among advisors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.assignment.overview import assignment_overview
from organisation.models import Policy, Role
from organisation.permissions import role_required


@require_http_methods(["GET", "HEAD"])
@role_required(Role.MANAGER, Role.APPLICATION_MANAGER)
def sharing(request: HttpRequest) -> HttpResponse:
    policy = Policy.objects.current()
    context = {"overview": assignment_overview(policy=policy, now=timezone.now()), "days": policy.share_window_days}
    return render(request, "bookings/assignment/overview.html", context)
