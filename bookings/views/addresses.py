"""The right mail address of a candidate, from the recruiter who asked for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.services import correct_address
from candidates.forms import AddressForm
from candidates.models import Rejection
from organisation import audit
from organisation.actors import Actor
from organisation.doors import for_role, staff_of
from organisation.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.RECRUITER)
@never_cache
def address(request: HttpRequest, pk: int) -> HttpResponse:
    user = staff_of(request)
    visible = Rejection.objects.visible_to(user).select_related("application__candidate")
    rejection = get_object_or_404(visible, pk=pk)
    candidate, actor, now = rejection.application.candidate, Actor.of(user), timezone.now()
    form = AddressForm(request.POST or None, initial={"email": candidate.email})
    if form.is_valid():
        letters = correct_address(candidate=candidate, email=form.cleaned_data["email"], actor=actor, now=now)
        messages.success(request, _said(letters))
        return redirect("candidates:rejection", pk=pk)
    if request.method != "POST":
        audit.record("candidate.read", rejection, actor=actor, now=now)
    return render(request, "bookings/address.html", {"form": form, "rejection": rejection, "candidate": candidate})


def _said(letters: int) -> str:
    if not letters:
        return _("Saved.")
    return ngettext("Saved. One letter leaves again.", "Saved. %(count)d letters leave again.", letters) % {
        "count": letters
    }
