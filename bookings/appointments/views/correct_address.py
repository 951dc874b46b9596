"""Pages to correct a candidate's email address: for the recruiter before a booking, then for the advisor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.appointments.correct_address import correct_address
from bookings.availability.queries import bookings_to_correct, rejections_to_correct
from bookings.models import Booking
from candidates.access.forms import AddressForm
from candidates.models import Candidate, Rejection
from core.actors import Actor
from core.errors import Refusal
from organisation import audit
from organisation.models import Role
from organisation.permissions import current_staff, role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def rejection_address(request: HttpRequest, pk: int) -> HttpResponse:
    found = rejections_to_correct(current_staff(request)).select_related("application__candidate")
    rejection = get_object_or_404(found, pk=pk)
    back = resolve_url("candidates:rejection", pk=pk)
    return _page(request, rejection.application.candidate, about=rejection, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR, Role.APPLICATION_MANAGER)
@never_cache
def booking_address(request: HttpRequest, pk: int) -> HttpResponse:
    user = current_staff(request)
    found = bookings_to_correct(user).select_related("invitation__application__candidate")
    booking = get_object_or_404(found, pk=pk)
    is_own = Booking.objects.visible_to(user).filter(pk=pk).exists()
    back = resolve_url("talks:file", pk=pk) if is_own else resolve_url("outbox:messages")
    return _page(request, booking.candidate, about=booking, back=back)


def _page(request: HttpRequest, candidate: Candidate, *, about: Rejection | Booking, back: str) -> HttpResponse:
    """Show and save the form; the message does not tell how many messages were sent, which not every role may know."""
    actor, now = Actor.of(current_staff(request)), timezone.now()
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
    return render(
        request, "bookings/appointments/correct_address.html", {"form": form, "candidate": candidate, "back": back}
    )
