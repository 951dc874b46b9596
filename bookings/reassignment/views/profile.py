"""How an advisor talks, with an answer for every talk that no longer fits."""

from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.hours.profile import Profile, keep_profile
from advisors.hours.profile_form import ProfileForm
from advisors.models import Advisor
from advisors.permissions import is_own
from bookings.reassignment.change_hours import Change
from bookings.reassignment.views.conflicts import AGAIN, decided
from core.actors import key_of
from organisation.models import Role, User
from organisation.permissions import for_role


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.APPLICATION_MANAGER)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a member of staff (their number, not the advisor's) with the role of advisor."""
    user = get_object_or_404(User.objects.filter(grants__role=Role.ADVISOR), pk=pk)
    own = Advisor.objects.filter(user=user)
    known = own.first()
    form = ProfileForm(request.POST or None, instance=own.first())  # it writes into its instance
    if form.is_valid() and AGAIN not in request.POST:
        return _asked(request, user, known, form.profile()) or _done(request, user, is_new=known is None)
    return render(request, "bookings/reassignment/profile.html", {"form": form, "member": user, "advisor": known})


def _asked(request: HttpRequest, user: User, known: Advisor | None, wish: Profile) -> HttpResponse | None:
    change = Change(
        make=partial(keep_profile, user, wish),
        advisors=() if known is None else (known.pk,),
        action="profile.change",
        about=key_of(known or user),
    )
    return decided(
        request,
        change,
        is_own=known is not None and is_own(request, known),
        back=reverse("bookings:profile", args=[user.pk]),
        zone=ZoneInfo(known.time_zone) if known else None,
    )


def _done(request: HttpRequest, user: User, *, is_new: bool) -> HttpResponse:
    messages.success(request, _("Saved."))
    if is_new:
        return redirect("advisors:hours_of", pk=Advisor.objects.get(user=user).pk)
    return redirect("organisation:staff")
