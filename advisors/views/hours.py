"""Weekly hours and absences: the advisor's own, or with the application manager's help."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors import services
from advisors.forms import AbsenceForm, OpeningForm, opening_words
from advisors.hours import hours_page_of
from advisors.models import Absence, Advisor, Opening
from organisation.actors import Actor
from organisation.doors import for_role, staff_of
from organisation.models import Policy, Role
from organisation.refusals import Refusal

EDITORS = (Role.ADVISOR, Role.APPLICATION_MANAGER)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR)
def hours(request: HttpRequest) -> HttpResponse:
    advisor = get_object_or_404(Advisor.objects.select_related("user"), user=staff_of(request))
    return _page(request, advisor)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.APPLICATION_MANAGER)
def hours_of(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _advisor_or_404(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(*EDITORS)
def opening_new(request: HttpRequest, pk: int) -> HttpResponse:
    advisor = _advisor_or_404(request, pk)
    form = OpeningForm(request.POST or None, initial={"weekday": request.GET.get("day")})
    if form.is_valid():
        try:
            services.open_hours(advisor=advisor, hours=form.hours(), actor=_actor(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your hours are saved. Candidates can book in them from now on."))
            return _back(request, advisor)
    return render(request, "advisors/opening.html", {"form": form, "advisor": advisor, **_place(request, advisor)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(*EDITORS)
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    found = _opening_or_404(request, pk)
    form = OpeningForm(request.POST or None, initial=opening_words(found), opening=found)
    if form.is_valid():
        try:
            services.change_hours(opening=found, hours=form.hours(), actor=_actor(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The hours are changed. Talks that were booked stay as they are."))
            return _back(request, found.advisor)
    words = {"form": form, "advisor": found.advisor, "opening": found, **_place(request, found.advisor)}
    return render(request, "advisors/opening.html", words)


@require_http_methods(["POST"])
@for_role(*EDITORS)
def opening_delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = _opening_or_404(request, pk)
    services.close_hours(opening=found, actor=_actor(request), now=timezone.now())
    messages.success(request, _("These hours are closed. Talks that were booked stay as they are."))
    return _back(request, found.advisor)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(*EDITORS)
def absence_new(request: HttpRequest, pk: int) -> HttpResponse:
    advisor = _advisor_or_404(request, pk)
    form = AbsenceForm(request.POST or None)
    if form.is_valid():
        try:
            services.add_absence(advisor=advisor, span=form.span(advisor), actor=_actor(request), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The absence is saved. Talks that were booked stay as they are."))
            return _back(request, advisor)
    return render(request, "advisors/absence.html", {"form": form, "advisor": advisor, **_place(request, advisor)})


@require_http_methods(["POST"])
@for_role(*EDITORS)
def absence_delete(request: HttpRequest, pk: int) -> HttpResponse:
    absences = Absence.objects.select_related("advisor__user")
    found = get_object_or_404(absences, pk=pk, advisor__in=Advisor.objects.editable_by(staff_of(request)))
    services.remove_absence(absence=found, actor=_actor(request), now=timezone.now())
    messages.success(request, _("The absence is removed. Candidates can book in that time again."))
    return _back(request, found.advisor)


def _page(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    page = hours_page_of(advisor, policy=Policy.objects.current(), now=timezone.now())
    return render(request, "advisors/hours.html", {"page": page, "advisor": advisor, **_place(request, advisor)})


def _advisor_or_404(request: HttpRequest, pk: int) -> Advisor:
    return get_object_or_404(Advisor.objects.editable_by(staff_of(request)).select_related("user"), pk=pk)


def _opening_or_404(request: HttpRequest, pk: int) -> Opening:
    openings = Opening.objects.select_related("advisor__user")
    return get_object_or_404(openings, pk=pk, advisor__in=Advisor.objects.editable_by(staff_of(request)))


def _place(request: HttpRequest, advisor: Advisor) -> dict[str, bool]:
    return {"is_own": _is_own(request, advisor)}


def _back(request: HttpRequest, advisor: Advisor) -> HttpResponse:
    if _is_own(request, advisor):
        return redirect("advisors:hours")
    return redirect("advisors:hours_of", pk=advisor.pk)


def _is_own(request: HttpRequest, advisor: Advisor) -> bool:
    user = staff_of(request)
    return advisor.user_id == user.pk and user.is_advisor


def _actor(request: HttpRequest) -> Actor:
    return Actor.of(staff_of(request))
