from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from organisation import queries
from organisation.models import Role
from organisation.permissions import for_role
from organisation.policy.forms import TrailForm

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD"])
@for_role(Role.MANAGER, Role.APPLICATION_MANAGER)
def audit(request: HttpRequest) -> HttpResponse:
    form = TrailForm(request.GET)
    wanted = form.wanted()
    page = Paginator(queries.trail(wanted), ON_A_PAGE).get_page(request.GET.get("page"))
    lines = [queries.line_of(event) for event in page]
    return render(request, "organisation/audit.html", {"form": form, "page": page, "lines": lines, "wanted": wanted})
