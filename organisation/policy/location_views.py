"""Views to list, add and change locations and departments."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from core.paging import numbered_page
from organisation.models import Department, Location, Role
from organisation.permissions import current_staff, role_required
from organisation.policy.forms import DepartmentForm, LocationForm
from organisation.policy.services import save_location_or_department

PAGE_SIZE = 25


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def locations(request: HttpRequest) -> HttpResponse:
    context = {
        "page": numbered_page(Location.objects.all(), request.GET.get("page"), size=PAGE_SIZE),
        "one": "organisation:location",
        "new": "organisation:location_new",
        "add": _("Add a location"),
    }
    return render(request, "organisation/policy/locations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def location_new(request: HttpRequest) -> HttpResponse:
    return _save(
        request, LocationForm(request.POST or None), "organisation/policy/location.html", "organisation:locations"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def location(request: HttpRequest, pk: int) -> HttpResponse:
    form = LocationForm(request.POST or None, instance=get_object_or_404(Location, pk=pk))
    return _save(request, form, "organisation/policy/location.html", "organisation:locations")


@require_http_methods(["GET", "HEAD"])
@role_required(Role.APPLICATION_MANAGER)
def departments(request: HttpRequest) -> HttpResponse:
    context = {
        "page": numbered_page(Department.objects.all(), request.GET.get("page"), size=PAGE_SIZE),
        "one": "organisation:department",
        "new": "organisation:department_new",
        "add": _("Add a department"),
    }
    return render(request, "organisation/policy/departments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def department_new(request: HttpRequest) -> HttpResponse:
    form = DepartmentForm(request.POST or None)
    return _save(request, form, "organisation/policy/department.html", "organisation:departments")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def department(request: HttpRequest, pk: int) -> HttpResponse:
    form = DepartmentForm(request.POST or None, instance=get_object_or_404(Department, pk=pk))
    return _save(request, form, "organisation/policy/department.html", "organisation:departments")


def _save(request: HttpRequest, form: LocationForm | DepartmentForm, page: str, after: str) -> HttpResponse:
    if form.is_valid():
        try:
            save_location_or_department(form.instance, actor=Actor.of(current_staff(request)), now=timezone.now())
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(after)
    return render(request, page, {"form": form})
