"""The employer's own closed days, and public holidays."""

from collections.abc import Callable
from datetime import date
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.models import Advisor
from bookings.reassignment.change_hours import Change
from bookings.reassignment.forms import ClosedDayForm, HolidaysForm
from bookings.reassignment.views.conflicts import AGAIN, decided
from core.actors import Actor
from core.errors import Refusal
from organisation.closed_days import own_closed_days
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of
from organisation.policy.closed_days import close_day, keep_holidays, open_day


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def closed_days(request: HttpRequest) -> HttpResponse:
    form = ClosedDayForm(request.POST or None)
    if form.is_valid() and AGAIN not in request.POST:
        day, reason = form.cleaned_data["day"], form.cleaned_data["reason"]
        make = partial(close_day, day=day, reason=reason)
        try:
            page = _asked(request, make, action="day.close", about=f"policy:{day}")
        except Refusal as refusal:
            form.add_error("day", str(refusal))
        else:
            return page or _done(request, _("Saved. Nobody can book on this day."))
    policy = Policy.objects.current()
    words = {
        "form": form,
        "holidays": HolidaysForm(initial={"are_closed": policy.closes_on_public_holidays}),
        "days": own_closed_days(policy, timezone.localdate()),
    }
    return render(request, "bookings/reassignment/closed_days.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def holidays(request: HttpRequest) -> HttpResponse:
    """A GET comes from who loads the question about talks again; the form stands on the page of closed days."""
    form = HolidaysForm(request.POST)
    if request.method != "POST" or not form.is_valid() or AGAIN in request.POST:
        return redirect("bookings:closed_days")
    make = partial(keep_holidays, are_closed=form.cleaned_data["are_closed"])
    page = _asked(request, make, action="policy.change", about="policy:closes_on_public_holidays")
    return page or _done(request, _("Saved."))


@require_http_methods(["POST"])
@for_role(Role.APPLICATION_MANAGER)
def closed_day_remove(request: HttpRequest, day: str) -> HttpResponse:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    open_day(day=found, actor=Actor.of(staff_of(request)), now=timezone.now())
    return _done(request, _("Removed. Candidates can book on this day again."))


def _asked(request: HttpRequest, make: Callable[..., object], *, action: str, about: str) -> HttpResponse | None:
    everybody = tuple(Advisor.objects.values_list("pk", flat=True))
    change = Change(make=make, advisors=everybody, action=action, about=about)
    return decided(request, change, is_own=False, back=reverse("bookings:closed_days"))


def _done(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("bookings:closed_days")
