"""Setup page of the application manager, and the audit log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.paging import cursor_page
from organisation import queries
from organisation.models import Role
from organisation.permissions import role_required
from organisation.policy.forms import AuditFilterForm

PAGE_SIZE = 20


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def setup(request: HttpRequest) -> HttpResponse:
    """Show the steps of the setup; afterwards this is the home page of the application manager."""
    steps = queries.setup_steps()
    to_do = next((step for step in steps if not step.is_done), None)
    context = {"steps": steps, "to_do": to_do, "url": _step_url(to_do.name) if to_do else ""}
    return render(request, "organisation/setup.html", context)


def _step_url(step: str) -> str:
    if step == "policy":
        return reverse("organisation:policy")
    if step == "locations":
        return reverse("organisation:location_new")
    user = queries.advisors_without_hours().first()
    if step not in ("staff", "hours") or user is None:
        return reverse("organisation:staff_new")
    if hasattr(user, "advisor"):
        return reverse("advisors:hours_of", args=[user.advisor.pk])
    return reverse("bookings:profile", args=[user.pk])


@require_http_methods(["GET", "HEAD"])
@role_required(Role.MANAGER, Role.APPLICATION_MANAGER)
def audit(request: HttpRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    lookups = form.lookups()
    page = cursor_page(queries.audit_events(lookups), request, size=PAGE_SIZE)
    lines = [queries.audit_line(event) for event in page.object_list]
    return render(request, "organisation/audit.html", {"form": form, "page": page, "lines": lines, "wanted": lookups})
