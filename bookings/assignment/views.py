"""How the talks are shared out, and why each is with whom it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.assignment.overview import sharing_of
from organisation.models import Policy, Role
from organisation.permissions import for_role


@require_http_methods(["GET", "HEAD"])
@for_role(Role.MANAGER, Role.APPLICATION_MANAGER)
def sharing(request: HttpRequest) -> HttpResponse:
    policy = Policy.objects.current()
    words = {"sharing": sharing_of(policy=policy, now=timezone.now()), "days": policy.share_window_days}
    return render(request, "bookings/assignment/overview.html", words)
