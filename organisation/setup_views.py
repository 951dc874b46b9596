from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from organisation import queries
from organisation.models import Role, User
from organisation.permissions import for_role


@require_http_methods(["GET", "HEAD"])
@for_role(Role.APPLICATION_MANAGER)
def setup(request: HttpRequest) -> HttpResponse:
    """The steps to the first invitation; afterwards the home of the application manager."""
    steps = queries.steps_of_setup()
    to_do = next((step for step in steps if not step.is_done), None)
    words = {"steps": steps, "to_do": to_do, "url": _address_of(to_do.name) if to_do else ""}
    return render(request, "organisation/setup.html", words)


def _address_of(step: str) -> str:
    if step == "policy":
        return reverse("organisation:policy")
    if step == "locations":
        return reverse("organisation:location_new")
    waiting = queries.advisors_without_hours().first()
    if step in ("staff", "hours") and waiting is not None:
        has_profile = hasattr(waiting, "advisor")
        return reverse("advisors:hours_of", args=[waiting.advisor.pk]) if has_profile else _profile_of(waiting)
    return reverse("organisation:staff_new")


def _profile_of(user: User) -> str:
    return reverse("bookings:profile", args=[user.pk])
