"""Taking over the talks of a colleague who cannot come. It shows moments and channels, and nobody's name."""

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

from advisors.models import Advisor
from advisors.refusals import AbsenceInvalid, AbsenceTooLong
from advisors.slots import Span
from bookings import services
from bookings.impact_form import answers_in
from bookings.refusals import TakeoverStopped
from bookings.services.taking_over import Takeover
from bookings.takeover_form import TakeoverForm, TalksForm, seen_in
from bookings.takeovers import rows_of
from organisation.actors import Actor
from organisation.doors import for_role, staff_of
from organisation.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADVISOR, Role.APPLICATION_MANAGER)
@never_cache
def takeover(request: HttpRequest) -> HttpResponse:
    """Whose talks and when stand in the address; a POST decides about the talks of that time."""
    now = timezone.now()
    me = Advisor.objects.active().filter(user=staff_of(request)).first()
    today = {"first_day": timezone.localdate(now)}
    asked = TakeoverForm(request.GET or None, me=me, now=now, initial=today)
    if not asked.is_bound or not asked.is_valid():
        return render(request, "bookings/takeover.html", {"form": asked}, status=400 if asked.errors else 200)
    colleague: Advisor = asked.cleaned_data["colleague"]
    span = asked.span(colleague)
    if request.method == "POST":
        return _take_over(request, colleague, span, me, now)
    rows = rows_of(colleague, span, me=me, now=now)
    return _page(request, colleague, span, TalksForm(rows=rows, me=me, colleague=colleague))


def _take_over(request: HttpRequest, colleague: Advisor, span: Span, me: Advisor | None, now: datetime) -> HttpResponse:
    rows = rows_of(colleague, span, me=me, now=now)
    answers = answers_in(request.POST)
    form = TalksForm(request.POST, rows=rows, me=me, colleague=colleague)
    try:
        seen = seen_in(request.POST)
    except ValidationError:
        seen = {}
    if {"word"} & set(form.errors) or not seen.keys() <= answers.keys():
        return _page(request, colleague, span, form, status=400)
    words = {"word": form.cleaned_data["word"], "is_absence": form.cleaned_data.get("is_absence", False)}
    wanted = Takeover(advisor=colleague, span=span, answers=answers, seen=seen, **words)
    try:
        services.take_over(takeover=wanted, actor=Actor.of(staff_of(request)), now=now)
    except (TakeoverStopped, AbsenceInvalid, AbsenceTooLong) as refusal:
        again = TalksForm(
            rows=rows_of(colleague, span, me=me, now=now), me=me, colleague=colleague, kept=request.POST.dict()
        )
        return _page(request, colleague, span, again, refusal=refusal, status=409)
    messages.success(request, _("Done. Every candidate for whom something changes gets one letter."))
    return redirect("bookings:today" if me else "bookings:takeover")


def _page(
    request: HttpRequest,
    colleague: Advisor,
    span: Span,
    form: TalksForm,
    *,
    refusal: Exception | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"colleague": colleague, "span": span, "form": form, "refusal": refusal}
    return render(request, "bookings/takeover_talks.html", context, status=status)
