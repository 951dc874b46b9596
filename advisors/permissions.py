"""Lookups and redirects that views on an advisor's hours and agenda share, also in other apps."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from advisors.models import Advisor, Opening
from organisation.models import Role
from organisation.permissions import current_staff

EDITORS = (Role.ADVISOR, Role.APPLICATION_MANAGER)


def advisor_or_404(request: HttpRequest, pk: int) -> Advisor:
    return get_object_or_404(Advisor.objects.editable_by(current_staff(request)).select_related("user"), pk=pk)


def opening_or_404(request: HttpRequest, pk: int) -> Opening:
    openings = Opening.objects.select_related("advisor__user")
    return get_object_or_404(openings, pk=pk, advisor__in=Advisor.objects.editable_by(current_staff(request)))


def is_own(request: HttpRequest, advisor: Advisor) -> bool:
    """True when the signed-in user is this advisor."""
    user = current_staff(request)
    return advisor.user_id == user.pk and user.is_advisor


def hours_url(request: HttpRequest, advisor: Advisor) -> str:
    if is_own(request, advisor):
        return reverse("advisors:hours")
    return reverse("advisors:hours_of", args=[advisor.pk])


def render_in_advisor_zone(
    advisor: Advisor, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page with times in the advisor's time zone."""
    with timezone.override(ZoneInfo(advisor.time_zone)):
        return render(request, template, context, status=status)
