"""Pages for the employer's closed days and public holidays."""

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
from bookings.reassignment.change_hours import ScheduleChange
from bookings.reassignment.forms import ClosedDayForm, HolidaysForm
from bookings.reassignment.views.conflicts import EDIT_AGAIN, apply_or_ask
from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required
from organisation.policy.closed_days import close_day, own_closed_days, reopen_day, set_closed_on_holidays


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def closed_days(request: HttpRequest) -> HttpResponse:
    form = ClosedDayForm(request.POST or None)
    if form.is_valid() and EDIT_AGAIN not in request.POST:
        day, reason = form.cleaned_data["day"], form.cleaned_data["reason"]
        apply = partial(close_day, day=day, reason=reason)
        try:
            page = _apply_or_ask(request, apply, action="day.close", about=f"policy:{day}")
        except Refusal as refusal:
            form.add_error("day", str(refusal))
        else:
            return page or _done(request, _("Saved. Nobody can book on this day."))
    policy = Policy.objects.current()
    context = {
        "form": form,
        "holidays": HolidaysForm(initial={"are_closed": policy.closes_on_public_holidays}),
        "days": own_closed_days(policy, timezone.localdate()),
    }
    return render(request, "bookings/reassignment/closed_days.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def holidays(request: HttpRequest) -> HttpResponse:
    """Save whether public holidays are closed; a GET (reload of the conflicts page) goes back to the closed days."""
    form = HolidaysForm(request.POST)
    if request.method != "POST" or not form.is_valid() or EDIT_AGAIN in request.POST:
        return redirect("bookings:closed_days")
    apply = partial(set_closed_on_holidays, are_closed=form.cleaned_data["are_closed"])
    page = _apply_or_ask(request, apply, action="policy.change", about="policy:closes_on_public_holidays")
    return page or _done(request, _("Saved."))


@require_http_methods(["POST"])
@role_required(Role.APPLICATION_MANAGER)
def closed_day_remove(request: HttpRequest, day: str) -> HttpResponse:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    reopen_day(day=found, actor=Actor.of(current_staff(request)), now=timezone.now())
    return _done(request, _("Removed. Candidates can book on this day again."))


def _apply_or_ask(
    request: HttpRequest, apply: Callable[..., object], *, action: str, about: str
) -> HttpResponse | None:
    everybody = tuple(Advisor.objects.values_list("pk", flat=True))
    change = ScheduleChange(apply=apply, advisors=everybody, action=action, about=about)
    return apply_or_ask(request, change, is_own=False, back=reverse("bookings:closed_days"))


def _done(request: HttpRequest, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("bookings:closed_days")
