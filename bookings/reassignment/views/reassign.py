"""Page on which an advisor reassigns one booking to a colleague who is free at its time."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.permissions import render_in_advisor_zone
from bookings.availability.slot_listing import format_start
from bookings.errors import AdvisorNotEligible, ColleagueNotFree
from bookings.models import Booking
from bookings.permissions import booking_or_404
from bookings.reassignment.conflicts import conflicts_for
from bookings.reassignment.forms import ReassignForm
from bookings.reassignment.reassign import reassign_booking
from core.actors import Actor
from core.errors import Refusal
from organisation.models import Role
from organisation.permissions import current_staff, role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR)
@never_cache
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the free colleagues on GET; reassign on POST, after which only the colleague sees the file."""
    booking, now = booking_or_404(request, pk), timezone.now()
    if booking.status != Booking.Status.BOOKED or now >= booking.starts_at:
        return redirect("talks:file", pk=pk)
    form = _form(request, booking, now)
    if not form.is_valid():
        return _page(request, booking, form, status=400 if form.is_bound else 200)
    data = form.cleaned_data
    booking.starts_at = data["seen"]  # as the page showed it
    actor = Actor.of(current_staff(request))
    try:
        reassign_booking(booking=booking, to_advisor_id=int(data["to"]), remark=data["remark"], actor=actor, now=now)
    except (ColleagueNotFree, AdvisorNotEligible) as refusal:
        form.add_error("to", str(refusal))
        return _page(request, booking_or_404(request, pk), form, status=409)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("talks:file", pk=pk)
    messages.success(request, _("The talk is with your colleague now. The candidate gets your word."))
    return redirect("bookings:today")


def _form(request: HttpRequest, booking: Booking, now: datetime) -> ReassignForm:
    [conflict] = conflicts_for([booking], actor=Actor.of(current_staff(request)), now=now)
    initial = {"seen": format_start(booking.starts_at)}
    return ReassignForm(request.POST or None, colleagues=conflict.colleagues, initial=initial)


def _page(request: HttpRequest, booking: Booking, form: ReassignForm, *, status: int = 200) -> HttpResponse:
    context = {"booking": booking, "form": form}
    return render_in_advisor_zone(
        booking.advisor, request, "bookings/reassignment/reassign.html", context, status=status
    )
