"""The advisor hands one talk to a colleague who is free then."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.permissions import render_on_clock_of
from bookings.availability.slot_listing import value_of
from bookings.errors import ColleagueNotFree, MayNotHold
from bookings.models import Booking
from bookings.permissions import booking_or_404
from bookings.reassignment.conflicts import hits_among
from bookings.reassignment.forms import ReassignForm
from bookings.reassignment.reassign import hand_over as reassign_booking
from core.actors import Actor
from core.errors import Refusal
from organisation.models import Role
from organisation.permissions import for_role, staff_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADVISOR)
@never_cache
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """A GET shows who is free, a POST hands over; the file is the colleague's from then on."""
    booking, now = booking_or_404(request, pk), timezone.now()
    if booking.status != Booking.Status.BOOKED or now >= booking.starts_at:
        return redirect("talks:file", pk=pk)
    form = _form(request, booking, now)
    if not form.is_valid():
        return _page(request, booking, form, status=400 if form.is_bound else 200)
    said = form.cleaned_data
    booking.starts_at = said["seen"]  # as the page showed it
    actor = Actor.of(staff_of(request))
    try:
        reassign_booking(booking=booking, to=int(said["to"]), word=said["word"], actor=actor, now=now)
    except (ColleagueNotFree, MayNotHold) as refusal:
        form.add_error("to", str(refusal))
        return _page(request, booking_or_404(request, pk), form, status=409)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("talks:file", pk=pk)
    messages.success(request, _("The talk is with your colleague now. The candidate gets your word."))
    return redirect("bookings:today")


def _form(request: HttpRequest, booking: Booking, now: datetime) -> ReassignForm:
    [hit] = hits_among([booking], actor=Actor.of(staff_of(request)), now=now)
    initial = {"seen": value_of(booking.starts_at)}
    return ReassignForm(request.POST or None, colleagues=hit.colleagues, initial=initial)


def _page(request: HttpRequest, booking: Booking, form: ReassignForm, *, status: int = 200) -> HttpResponse:
    words = {"booking": booking, "form": form}
    return render_on_clock_of(booking.advisor, request, "bookings/reassignment/reassign.html", words, status=status)
