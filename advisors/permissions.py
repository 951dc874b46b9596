"""Whose hours a door is about, on whose clock, and the way back to them; also for the rooms above."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from advisors.models import Advisor, Opening
from organisation.models import Role
from organisation.permissions import staff_of

EDITORS = (Role.ADVISOR, Role.APPLICATION_MANAGER)


def advisor_or_404(request: HttpRequest, pk: int) -> Advisor:
    return get_object_or_404(Advisor.objects.editable_by(staff_of(request)).select_related("user"), pk=pk)


def opening_or_404(request: HttpRequest, pk: int) -> Opening:
    openings = Opening.objects.select_related("advisor__user")
    return get_object_or_404(openings, pk=pk, advisor__in=Advisor.objects.editable_by(staff_of(request)))


def is_own(request: HttpRequest, advisor: Advisor) -> bool:
    user = staff_of(request)
    return advisor.user_id == user.pk and user.is_advisor


def hours_url(request: HttpRequest, advisor: Advisor) -> str:
    if is_own(request, advisor):
        return reverse("advisors:hours")
    return reverse("advisors:hours_of", args=[advisor.pk])


def render_on_clock_of(
    advisor: Advisor, request: HttpRequest, template: str, words: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page of an agenda shows the times of who has it, wherever the employer is."""
    with timezone.override(ZoneInfo(advisor.time_zone)):
        return render(request, template, words, status=status)
