"""Page with an advisor's profile: languages, channels, time zone and limits."""

from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.hours.profile import Profile, save_profile
from advisors.hours.profile_form import ProfileForm
from advisors.models import Advisor
from advisors.permissions import is_own
from bookings.reassignment.change_hours import ScheduleChange
from bookings.reassignment.views.conflicts import EDIT_AGAIN, apply_or_ask
from core.actors import object_key
from organisation.models import Role, User
from organisation.permissions import role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and save the profile of the user `pk` who has the role of advisor.

    The first save creates the advisor; a later one asks about bookings that no longer fit.
    """
    user = get_object_or_404(User.objects.filter(grants__role=Role.ADVISOR), pk=pk)
    advisors = Advisor.objects.filter(user=user)
    advisor = advisors.first()
    form = ProfileForm(request.POST or None, instance=advisors.first())  # a second instance, which the form may change
    if form.is_valid() and EDIT_AGAIN not in request.POST:
        return _apply_or_ask(request, user, advisor, form.profile()) or _done(request, user, is_new=advisor is None)
    return render(request, "bookings/reassignment/profile.html", {"form": form, "member": user, "advisor": advisor})


def _apply_or_ask(request: HttpRequest, user: User, advisor: Advisor | None, profile: Profile) -> HttpResponse | None:
    change = ScheduleChange(
        apply=partial(save_profile, user, profile),
        advisors=() if advisor is None else (advisor.pk,),
        action="profile.change",
        about=object_key(advisor or user),
    )
    return apply_or_ask(
        request,
        change,
        is_own=advisor is not None and is_own(request, advisor),
        back=reverse("bookings:profile", args=[user.pk]),
        zone=ZoneInfo(advisor.time_zone) if advisor else None,
    )


def _done(request: HttpRequest, user: User, *, is_new: bool) -> HttpResponse:
    messages.success(request, _("Saved."))
    if is_new:
        return redirect("advisors:hours_of", pk=Advisor.objects.get(user=user).pk)
    return redirect("organisation:staff")
