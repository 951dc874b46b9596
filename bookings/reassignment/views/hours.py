"""Pages to change opening hours and absences; bookings that no longer fit are asked about first."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.availability.opening_hours import Hours
from advisors.availability.validation import validate_hours
from advisors.form_fields import AbsenceForm
from advisors.hours.forms import OpeningForm, form_for
from advisors.hours.services import add_absence, change_hours, close_hours, open_hours
from advisors.hours.week_preview import preview_for
from advisors.models import Advisor, Opening
from advisors.permissions import EDITORS, advisor_or_404, hours_url, is_own, opening_or_404
from bookings.reassignment.change_hours import ScheduleChange
from bookings.reassignment.views.conflicts import EDIT_AGAIN, apply_or_ask
from core.actors import object_key
from core.errors import Refusal
from organisation.models import Policy
from organisation.permissions import role_required

FIELD_BY_CODE = {  # form field that shows a refusal
    "opening_invalid": "ends",
    "opening_never_opens": "valid_until",
    "opening_over": "day",
    "location_needed": "location",
    "rule_not_supported": "rule",
    "absence_invalid": "last_day",
    "absence_too_long": "last_day",
}


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*EDITORS)
def opening_new(request: HttpRequest, pk: int) -> HttpResponse:
    advisor = advisor_or_404(request, pk)
    form = form_for(None, request.POST or None, dated="date" in request.GET, day=request.GET.get("day"))
    apply = partial(open_hours, advisor=advisor)
    message = _("Your hours are saved. Candidates can book in them from now on.")
    return _edit(request, Opening(advisor=advisor), form, apply, message=message)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*EDITORS)
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    found = opening_or_404(request, pk)
    form = form_for(found, request.POST or None)
    return _edit(request, found, form, partial(change_hours, opening=found), message=_("The hours are changed."))


@require_http_methods(["POST"])
@role_required(*EDITORS)
def opening_delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = opening_or_404(request, pk)
    change = ScheduleChange(
        apply=partial(close_hours, opening=Opening(pk=found.pk)),
        advisors=(found.advisor_id,),
        action="hours.close",
        about=object_key(found),
    )
    page = _apply_or_ask(request, found.advisor, change)
    return page or _done(request, found.advisor, _("These hours are closed."))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*EDITORS)
def absence_new(request: HttpRequest, pk: int) -> HttpResponse:
    advisor = advisor_or_404(request, pk)
    form = AbsenceForm(request.POST or None)
    if form.is_valid() and EDIT_AGAIN not in request.POST:
        try:
            change = ScheduleChange(
                apply=partial(add_absence, advisor=advisor, span=form.span(advisor)),
                advisors=(advisor.pk,),
                action="absence.add",
                about=object_key(advisor),
            )
            page = _apply_or_ask(request, advisor, change)
        except ValidationError as error:  # a time skipped by a clock change; the error names its field
            form.add_error(None, error)
        except Refusal as refusal:
            form.add_error(FIELD_BY_CODE.get(refusal.code), str(refusal))
        else:
            return page or _done(request, advisor, _("The absence is saved."))
    context = {"form": form, "advisor": advisor, "is_own": is_own(request, advisor)}
    return render(request, "advisors/hours/absence.html", context)


def _edit(
    request: HttpRequest, opening: Opening, form: OpeningForm, apply: Callable[..., object], *, message: str
) -> HttpResponse:
    """Show the form, the form with a preview, or the conflicts; redirect to the hours after saving."""
    advisor, preview = opening.advisor, None
    if form.is_valid() and EDIT_AGAIN not in request.POST:
        hours = form.hours()
        try:
            if "preview" in request.POST:
                preview = preview_for(opening, hours, policy=Policy.objects.current(), now=timezone.now())
            else:
                change = _schedule_change(opening, hours, apply)
                page = _apply_or_ask(request, advisor, change)
                return page or _done(request, advisor, message)
        except Refusal as refusal:
            field = FIELD_BY_CODE.get(refusal.code)
            form.add_error(field if field in form.fields else None, str(refusal))
    context = {"form": form, "advisor": advisor, "is_own": is_own(request, advisor)}
    return render(request, "advisors/hours/opening.html", context | {"opening": opening, "preview": preview})


def _schedule_change(opening: Opening, hours: Hours, apply: Callable[..., object]) -> ScheduleChange:
    is_new = opening.pk is None
    return ScheduleChange(
        apply=partial(apply, hours=hours),
        check=partial(validate_hours, opening, hours),
        advisors=(opening.advisor_id,),
        action="hours.open" if is_new else "hours.change",
        about=object_key(opening.advisor if is_new else opening),
    )


def _apply_or_ask(request: HttpRequest, advisor: Advisor, change: ScheduleChange) -> HttpResponse | None:
    zone = ZoneInfo(advisor.time_zone)
    return apply_or_ask(request, change, is_own=is_own(request, advisor), back=hours_url(request, advisor), zone=zone)


def _done(request: HttpRequest, advisor: Advisor, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect(hours_url(request, advisor))
