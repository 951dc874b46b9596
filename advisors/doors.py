"""Whose hours a door is about, and the way back to them; also for the rooms above."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from advisors.models import Advisor, Opening
from organisation.doors import staff_of
from organisation.models import Role

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
