"""Page that shows how bookings are divided among advisors."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.assignment.overview import assignment_overview
from organisation.models import Policy, Role
from organisation.permissions import role_required

PAGE_SIZE = 25  # advisors


@require_http_methods(["GET", "HEAD"])
@role_required(Role.MANAGER, Role.APPLICATION_MANAGER)
def sharing(request: HttpRequest) -> HttpResponse:
    policy = Policy.objects.current()
    overview = assignment_overview(policy=policy, now=timezone.now())
    page = Paginator(overview.shares, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"overview": overview, "page": page, "days": policy.share_window_days}
    return render(request, "bookings/assignment/overview.html", context)
