"""Page on which an advisor reschedules a booking to another free slot of their own."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.availability.errors import SlotTaken
from advisors.permissions import render_in_advisor_zone
from bookings.appointments.forms import RescheduleForm
from bookings.appointments.reschedule import reschedule_booking, slots_to_reschedule
from bookings.availability.slot_listing import format_start, slot_page
from bookings.models import Booking
from bookings.permissions import booking_or_404
from core.actors import Actor
from core.errors import Refusal
from core.formatting import active_language
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR)
@never_cache
def reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the free slots on GET; reschedule on POST."""
    booking, now = booking_or_404(request, pk), timezone.now()
    if request.method != "POST":
        return _page(request, booking, RescheduleForm(initial={"slot": request.GET.get("slot")}), now)
    form = RescheduleForm(request.POST)
    if not form.is_valid():
        return _page(request, booking, form, now, status=400)
    booking.starts_at = form.cleaned_data["seen"]  # as the page showed it
    actor, remark = Actor.of(current_staff(request)), form.cleaned_data["remark"]
    try:
        reschedule_booking(booking=booking, starts_at=form.cleaned_data["slot"], remark=remark, actor=actor, now=now)
    except SlotTaken as refusal:
        form.add_error("slot", str(refusal))
        return _page(request, booking_or_404(request, pk), form, now, status=409)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The talk has moved. The candidate gets your word and the new moment."))
    return redirect("talks:file", pk=pk)


def _page(
    request: HttpRequest, booking: Booking, form: RescheduleForm, now: datetime, *, status: int = 200
) -> HttpResponse:
    if booking.status != Booking.Status.BOOKED or now >= booking.ends_at:
        return redirect("talks:file", pk=booking.pk)
    free = slots_to_reschedule(booking, Policy.objects.current(), now=now)
    zone, language = ZoneInfo(booking.advisor.time_zone), active_language()
    context: dict[str, Any] = {
        "booking": booking,
        "form": form,
        "listing": slot_page(free, since=_parse_since(request), language=language, zone=zone),
        "picked": form["slot"].value(),
        "seen": form["seen"].value() if form.is_bound else format_start(booking.starts_at),
    }
    return render_in_advisor_zone(
        booking.advisor, request, "bookings/appointments/reschedule.html", context, status=status
    )


def _parse_since(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("since", ""))
    except ValueError:
        return None
