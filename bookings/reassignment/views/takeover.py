"""Pages to take over the bookings of an absent colleague; they show times and channels, and no candidate names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.availability.errors import AbsenceInvalid, AbsenceTooLong
from advisors.availability.slots import Span
from advisors.models import Advisor
from advisors.permissions import render_in_advisor_zone
from bookings.errors import TakeoverStopped
from bookings.reassignment.forms import parse_resolutions
from bookings.reassignment.takeover import Takeover, take_over_bookings
from bookings.reassignment.takeover_form import TakeoverBookingsForm, TakeoverForm, parse_seen_starts
from bookings.reassignment.takeover_plan import is_covered_by_absence, takeover_rows
from core.actors import Actor
from organisation.models import Role
from organisation.permissions import current_staff, role_required


@dataclass(frozen=True)
class TakeoverContext:
    """The colleague and period that were chosen, and the advisor who takes over."""

    colleague: Advisor
    span: Span
    period: dict[str, Any]  # the days and times as entered
    me: Advisor | None  # None for an application manager without advisor profile
    actor: Actor
    now: datetime

    def form(self, data: Any = None, *, kept: Any = None) -> TakeoverBookingsForm:
        """Form for the bookings as they are now."""
        rows = takeover_rows(self.colleague, self.span, me=self.me, actor=self.actor, now=self.now)
        return TakeoverBookingsForm(data, rows=rows, me=self.me, colleague=self.colleague, kept=kept)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR, Role.APPLICATION_MANAGER)
@never_cache
def takeover(request: HttpRequest) -> HttpResponse:
    """Choose colleague and period on GET (kept in the query string); take the bookings over on POST."""
    now = timezone.now()
    me = Advisor.objects.active().filter(user=current_staff(request)).first()
    form = TakeoverForm(request.GET or None, me=me, now=now, initial={"first_day": timezone.localdate(now)})
    if not form.is_bound or not form.is_valid():
        return render(
            request, "bookings/reassignment/takeover.html", {"form": form}, status=400 if form.errors else 200
        )
    period = form.cleaned_data
    colleague = period["colleague"]
    context = TakeoverContext(colleague, form.span(colleague), period, me, Actor.of(current_staff(request)), now)
    if request.method == "POST":
        return _take_over(request, context)
    return _page(request, context, context.form())


def _take_over(request: HttpRequest, context: TakeoverContext) -> HttpResponse:
    form, resolutions = context.form(request.POST), parse_resolutions(request.POST)
    try:
        seen = parse_seen_starts(request.POST)
    except ValidationError:
        seen = {}
    if "remark" in form.errors or not seen.keys() <= resolutions.keys():
        return _page(request, context, form, status=400)
    is_absence = form.cleaned_data["is_absence"]
    if not resolutions and not is_absence:
        return _page(request, context, form, status=400)
    takeover = Takeover(
        advisor=context.colleague,
        span=context.span,
        resolutions=resolutions,
        seen_starts=seen,
        remark=form.cleaned_data["remark"],
        is_absence=is_absence,
    )
    try:
        take_over_bookings(takeover=takeover, actor=context.actor, now=context.now)
    except (TakeoverStopped, AbsenceInvalid, AbsenceTooLong) as refusal:
        return _page(request, context, context.form(kept=request.POST.dict()), refusal=refusal, status=409)
    done = _("Done. Every candidate for whom something changes gets one letter.")
    messages.success(request, done if resolutions else _("The absence is saved."))
    return redirect("bookings:today" if context.me else "bookings:takeover")


def _page(
    request: HttpRequest,
    context: TakeoverContext,
    form: TakeoverBookingsForm,
    *,
    refusal: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    colleague = context.colleague
    values: dict[str, Any] = {
        "colleague": colleague,
        "period": context.period,
        "me": context.me,
        "form": form,
        "refusal": refusal,
        "is_absence_entered": not form.bookings and is_covered_by_absence(colleague, context.span),
    }
    template = "bookings/reassignment/takeover_bookings.html"
    return render_in_advisor_zone(colleague, request, template, values, status=status)
