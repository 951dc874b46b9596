"""The right mail address of a candidate: from the recruiter while there is no talk, from then on from the advisor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.appointments.correct_address import correct_address
from bookings.availability.queries import rejections_to_correct, talks_to_correct
from bookings.models import Booking
from candidates.access.forms import AddressForm
from candidates.models import Candidate, Rejection
from core.actors import Actor
from core.errors import Refusal
from organisation import audit
from organisation.models import Role
from organisation.permissions import for_role, staff_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.RECRUITER)
@never_cache
def address(request: HttpRequest, pk: int) -> HttpResponse:
    found = rejections_to_correct(staff_of(request)).select_related("application__candidate")
    rejection = get_object_or_404(found, pk=pk)
    back = resolve_url("candidates:rejection", pk=pk)
    return _page(request, rejection.application.candidate, about=rejection, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADVISOR, Role.APPLICATION_MANAGER)
@never_cache
def address_of_talk(request: HttpRequest, pk: int) -> HttpResponse:
    user = staff_of(request)
    found = talks_to_correct(user).select_related("invitation__application__candidate")
    booking = get_object_or_404(found, pk=pk)
    is_own = Booking.objects.visible_to(user).filter(pk=pk).exists()
    back = resolve_url("talks:file", pk=pk) if is_own else resolve_url("outbox:messages")
    return _page(request, booking.candidate, about=booking, back=back)


def _page(request: HttpRequest, candidate: Candidate, *, about: Rejection | Booking, back: str) -> HttpResponse:
    """The same words after saving whatever there was to send: how much is not for everybody."""
    actor, now = Actor.of(staff_of(request)), timezone.now()
    form = AddressForm(request.POST or None, initial={"email": candidate.email})
    if form.is_valid():
        try:
            correct_address(candidate=candidate, email=form.cleaned_data["email"], actor=actor, now=now)
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("Saved. From now on our mail goes to this address."))
            return redirect(back)
    if request.method != "POST":
        audit.record("candidate.read", about, actor=actor, now=now)
    return render(request, "bookings/appointments/correct_address.html", {"form": form, "candidate": candidate, "back": back})
