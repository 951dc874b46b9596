"""Pages on which a candidate moves a booking: the slot picker, then the confirmation."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.availability.errors import SlotTaken
from bookings.appointments.forms import SlotForm, SlotPhoneForm
from bookings.appointments.move import move_booking
from bookings.appointments.views.confirm import confirm_page, slot_taken_page
from bookings.appointments.views.detail import candidate_booking_or_404, expired_code_response
from bookings.appointments.views.slot_picker import SlotPickerUrls, query_string, slot_picker
from bookings.availability.options import SlotFilter
from bookings.availability.slot_listing import format_start
from bookings.cancellation_deadline import may_move
from bookings.errors import BookingNotActive, MobileNeeded, PhoneNeeded, TooLateToMove
from bookings.models import Booking
from candidates.access.session import appointment_access
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Policy


@require_http_methods(["GET", "HEAD"])
@appointment_access
def choose_slot(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = candidate_booking_or_404(candidate, pk), timezone.now()
    return _closed_response(request, booking, now) or _slot_picker(request, booking, now)


@require_http_methods(["GET", "HEAD", "POST"])
@appointment_access
def confirm(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Show the chosen slot on GET; move on POST."""
    booking, now = candidate_booking_or_404(candidate, pk), timezone.now()
    if closed := _closed_response(request, booking, now):
        return closed
    if request.method == "POST":
        return _move(request, booking, now)
    chosen = SlotForm(request.GET)
    if chosen.slot_error:
        return _slot_picker(request, booking, now, error=chosen.slot_error)
    form = SlotPhoneForm(initial=chosen.cleaned_data, known_phone=_known_phone(booking))
    return confirm_page(request, booking.invitation, form, chosen=chosen, booking=booking)


@require_http_methods(["GET", "HEAD"])
@appointment_access
def confirm_proposed(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Redirect to the confirmation of the time that the candidate proposed in a calendar reply, if it was free."""
    booking = candidate_booking_or_404(candidate, pk)
    reply = booking.candidate_reply
    if reply is None or reply.proposed_starts_at is None or not reply.proposed_is_free:
        return redirect("bookings:move", pk=pk)
    slot_filter = SlotFilter(booking.channel, booking.language, booking.advisor_id)
    url = reverse("bookings:move_details", args=[pk])
    return redirect(f"{url}?{query_string(slot_filter, slot=format_start(reply.proposed_starts_at))}")


def _move(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    form = SlotPhoneForm(request.POST, known_phone=_known_phone(booking))
    if form.slot_error:
        return _slot_picker(request, booking, now, error=form.slot_error)
    if not form.is_valid():
        return confirm_page(request, booking.invitation, form, booking=booking, status=400)
    try:
        actor = Actor.of(booking.candidate)
        moved = move_booking(booking=booking, request=form.booking_request(), actor=actor, now=now)
    except (PhoneNeeded, MobileNeeded) as refusal:
        form.add_error("phone", str(refusal))
        return confirm_page(request, booking.invitation, form, booking=booking, status=400)
    except SlotTaken as refusal:
        return slot_taken_page(request, booking.invitation, form, refusal, booking=booking)
    except (BookingNotActive, TooLateToMove) as refusal:
        messages.warning(request, str(refusal))
        return redirect("bookings:appointment", pk=booking.pk)
    if moved.moved_count == booking.moved_count:
        messages.info(request, _("You have this moment already, so nothing has changed."))
    else:
        messages.success(request, _("Your appointment has moved. You also get a mail from us."))
    return redirect("bookings:appointment", pk=booking.pk)


def _slot_picker(request: HttpRequest, booking: Booking, now: datetime, *, error: str = "") -> HttpResponse:
    urls = SlotPickerUrls(
        page=reverse("bookings:move", args=[booking.pk]), confirm=reverse("bookings:move_details", args=[booking.pk])
    )
    policy = Policy.objects.current()
    return slot_picker(request, booking.invitation, policy, urls=urls, now=now, booking=booking, error=error)


def _closed_response(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse | None:
    """Response for a booking that cannot be moved now: its own page, or a page that it is too late."""
    if ended := expired_code_response(request, booking, now):
        return ended
    if booking.status != Booking.Status.BOOKED or now >= booking.starts_at:
        return redirect("bookings:appointment", pk=booking.pk)
    if may_move(booking, Policy.objects.current(), now=now):
        return None
    return render(
        request,
        "bookings/appointments/too_late.html",
        {"booking": booking},
        status=409 if request.method == "POST" else 200,
    )


def _known_phone(booking: Booking) -> str:
    return str(booking.phone or booking.candidate.phone)
