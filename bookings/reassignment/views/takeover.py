"""Taking over the talks of a colleague who cannot come. It shows moments and channels, and nobody's name."""

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
from advisors.permissions import render_on_clock_of
from bookings.errors import TakeoverStopped
from bookings.reassignment.forms import answers_in
from bookings.reassignment.takeover import Takeover, take_over
from bookings.reassignment.takeover_form import TakeoverForm, TalksForm, seen_in
from bookings.reassignment.takeover_plan import is_absent, rows_of
from core.actors import Actor
from organisation.models import Role
from organisation.permissions import for_role, staff_of


@dataclass(frozen=True)
class Asked:
    """Whose talks, of when, and by whom."""

    colleague: Advisor
    span: Span
    said: dict[str, Any]  # the days and times as they were typed
    me: Advisor | None
    actor: Actor
    now: datetime

    def form(self, data: Any = None, *, kept: Any = None) -> TalksForm:
        """About the talks as they are now."""
        rows = rows_of(self.colleague, self.span, me=self.me, actor=self.actor, now=self.now)
        return TalksForm(data, rows=rows, me=self.me, colleague=self.colleague, kept=kept)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADVISOR, Role.APPLICATION_MANAGER)
@never_cache
def takeover(request: HttpRequest) -> HttpResponse:
    """Whose talks and when stand in the address; a POST decides about the talks of that time."""
    now = timezone.now()
    me = Advisor.objects.active().filter(user=staff_of(request)).first()
    form = TakeoverForm(request.GET or None, me=me, now=now, initial={"first_day": timezone.localdate(now)})
    if not form.is_bound or not form.is_valid():
        return render(request, "bookings/reassignment/takeover.html", {"form": form}, status=400 if form.errors else 200)
    said = form.cleaned_data
    asked = Asked(said["colleague"], form.span(said["colleague"]), said, me, Actor.of(staff_of(request)), now)
    if request.method == "POST":
        return _take_over(request, asked)
    return _page(request, asked, asked.form())


def _take_over(request: HttpRequest, asked: Asked) -> HttpResponse:
    form, answers = asked.form(request.POST), answers_in(request.POST)
    try:
        seen = seen_in(request.POST)
    except ValidationError:
        seen = {}
    if "word" in form.errors or not seen.keys() <= answers.keys():
        return _page(request, asked, form, status=400)
    words = {"word": form.cleaned_data["word"], "is_absence": form.cleaned_data["is_absence"]}
    if not answers and not words["is_absence"]:
        return _page(request, asked, form, status=400)
    wanted = Takeover(advisor=asked.colleague, span=asked.span, answers=answers, seen=seen, **words)
    try:
        take_over(takeover=wanted, actor=asked.actor, now=asked.now)
    except (TakeoverStopped, AbsenceInvalid, AbsenceTooLong) as refusal:
        return _page(request, asked, asked.form(kept=request.POST.dict()), refusal=refusal, status=409)
    done = _("Done. Every candidate for whom something changes gets one letter.")
    messages.success(request, done if answers else _("The absence is saved."))
    return redirect("bookings:today" if asked.me else "bookings:takeover")


def _page(
    request: HttpRequest, asked: Asked, form: TalksForm, *, refusal: Exception | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "colleague": asked.colleague,
        "said": asked.said,
        "me": asked.me,
        "form": form,
        "refusal": refusal,
        "is_absent": not form.talks and is_absent(asked.colleague, asked.span),
    }
    return render_on_clock_of(asked.colleague, request, "bookings/reassignment/takeover_bookings.html", context, status=status)
