"""Changing hours and noting absences, with an answer for every talk that stands in the way."""

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

from advisors import services as advisors
from advisors.availability.opening_hours import Hours
from advisors.availability.validation import checked
from advisors.form_fields import AbsenceForm
from advisors.hours.forms import OpeningForm, form_for
from advisors.hours.week_preview import preview_of
from advisors.models import Advisor, Opening
from advisors.permissions import EDITORS, advisor_or_404, hours_url, is_own, opening_or_404
from bookings.reassignment.change_hours import Change
from bookings.reassignment.views.conflicts import AGAIN, decided
from core.actors import key_of
from core.errors import Refusal
from organisation.models import Policy
from organisation.permissions import for_role

FIELD_OF = {  # where a refusal is shown
    "opening_invalid": "ends",
    "opening_never_opens": "valid_until",
    "opening_over": "day",
    "location_needed": "location",
    "rule_not_supported": "rule",
    "absence_invalid": "last_day",
    "absence_too_long": "last_day",
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(*EDITORS)
def opening_new(request: HttpRequest, pk: int) -> HttpResponse:
    advisor = advisor_or_404(request, pk)
    asked = request.GET
    form = form_for(None, request.POST or None, dated="date" in asked, day=asked.get("day"))
    make = partial(advisors.open_hours, advisor=advisor)
    said = _("Your hours are saved. Candidates can book in them from now on.")
    return _edited(request, Opening(advisor=advisor), form, make, said=said)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(*EDITORS)
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    found = opening_or_404(request, pk)
    form = form_for(found, request.POST or None)
    return _edited(
        request, found, form, partial(advisors.change_hours, opening=found), said=_("The hours are changed.")
    )


@require_http_methods(["POST"])
@for_role(*EDITORS)
def opening_delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = opening_or_404(request, pk)
    change = Change(
        make=partial(advisors.close_hours, opening=Opening(pk=found.pk)),
        advisors=(found.advisor_id,),
        action="hours.close",
        about=key_of(found),
    )
    page = _asked(request, found.advisor, change)
    return page or _done(request, found.advisor, _("These hours are closed."))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(*EDITORS)
def absence_new(request: HttpRequest, pk: int) -> HttpResponse:
    advisor = advisor_or_404(request, pk)
    form = AbsenceForm(request.POST or None)
    if form.is_valid() and AGAIN not in request.POST:
        try:
            change = Change(
                make=partial(advisors.add_absence, advisor=advisor, span=form.span(advisor)),
                advisors=(advisor.pk,),
                action="absence.add",
                about=key_of(advisor),
            )
            page = _asked(request, advisor, change)
        except ValidationError as skipped:
            form.add_error(None, skipped)  # it names its field
        except Refusal as refusal:
            form.add_error(FIELD_OF.get(refusal.code), str(refusal))
        else:
            return page or _done(request, advisor, _("The absence is saved."))
    words = {"form": form, "advisor": advisor, "is_own": is_own(request, advisor)}
    return render(request, "advisors/hours/absence.html", words)


def _edited(
    request: HttpRequest, opening: Opening, form: OpeningForm, make: Callable[..., object], *, said: str
) -> HttpResponse:
    """The form, the form with a preview, the talks in the way, or back to the hours."""
    advisor, preview = opening.advisor, None
    if form.is_valid() and AGAIN not in request.POST:
        hours = form.hours()
        try:
            if "preview" in request.POST:
                preview = preview_of(opening, hours, policy=Policy.objects.current(), now=timezone.now())
            else:
                change = _change(opening, hours, make)
                page = _asked(request, advisor, change)
                return page or _done(request, advisor, said)
        except Refusal as refusal:
            field = FIELD_OF.get(refusal.code)
            form.add_error(field if field in form.fields else None, str(refusal))
    words = {"form": form, "advisor": advisor, "is_own": is_own(request, advisor)}
    return render(request, "advisors/hours/opening.html", words | {"opening": opening, "preview": preview})


def _change(opening: Opening, hours: Hours, make: Callable[..., object]) -> Change:
    is_new = opening.pk is None
    return Change(
        make=partial(make, hours=hours),
        check=partial(checked, opening, hours),
        advisors=(opening.advisor_id,),
        action="hours.open" if is_new else "hours.change",
        about=key_of(opening.advisor if is_new else opening),
    )


def _asked(request: HttpRequest, advisor: Advisor, change: Change) -> HttpResponse | None:
    zone = ZoneInfo(advisor.time_zone)
    return decided(request, change, is_own=is_own(request, advisor), back=hours_url(request, advisor), zone=zone)


def _done(request: HttpRequest, advisor: Advisor, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(hours_url(request, advisor))
