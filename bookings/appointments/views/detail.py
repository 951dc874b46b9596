"""Pages of one appointment for the candidate: details, cancellation, preparation and calendar file."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.appointments.cancel import cancel_booking
from bookings.appointments.forms import AppointmentForm
from bookings.appointments.prepare import save_preparation
from bookings.appointments.views.slot_picker import foreign_city
from bookings.calendar.invites import candidate_invite
from bookings.cancellation_deadline import cancellation_deadline, may_move
from bookings.errors import AlreadyStarted, BookingNotActive, MobileNeeded, PhoneNeeded
from bookings.models import Booking
from candidates.access.session import appointment_access, booking_scope, candidate_required, close_session
from candidates.models import Candidate
from core.actors import Actor
from core.formatting import active_language
from organisation.models import Policy
from outbox.sms.opt_outs import is_opted_out
from outbox.sms.provider import sms_is_enabled


@require_http_methods(["GET", "HEAD"])
@appointment_access
def appointment(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = candidate_booking_or_404(candidate, pk), timezone.now()
    if ended := expired_code_response(request, booking, now):
        return ended
    policy = Policy.objects.current()
    context: dict[str, Any] = {
        "employer": policy,
        "booking": booking,
        "state": appointment_state(booking, now),
        "city": foreign_city(candidate, booking.starts_at),
        "minutes": int((booking.ends_at - booking.starts_at) / timedelta(minutes=1)),
        "wants_sms": booking.wants_sms and sms_is_enabled(),
        "is_opted_out": sms_is_enabled() and bool(booking.phone) and is_opted_out(str(booking.phone)),
        "may_move": may_move(booking, policy, now=now),
        "move_until": cancellation_deadline(booking, policy),
        "is_full_session": booking_scope(request) is None,
        "may_choose_again": booking.invitation.is_open(now) and not _has_other_booking(booking),
    }
    return render(request, "bookings/appointments/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@appointment_access
def cancel(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Ask for confirmation on GET; cancel on POST."""
    booking, now = candidate_booking_or_404(candidate, pk), timezone.now()
    if ended := expired_code_response(request, booking, now):
        return ended
    if request.method != "POST":
        if appointment_state(booking, now) != "planned":
            return redirect("bookings:appointment", pk=pk)
        return render(request, "bookings/appointments/cancel.html", {"booking": booking})
    try:
        cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=Actor.of(candidate), now=now)
    except (BookingNotActive, AlreadyStarted) as refusal:
        messages.warning(request, str(refusal))
    return redirect("bookings:appointment", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def prepare(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = candidate_booking_or_404(candidate, pk), timezone.now()
    if appointment_state(booking, now) not in ("planned", "now"):
        return redirect("bookings:appointment", pk=pk)
    form = AppointmentForm(request.POST if request.method == "POST" else None, booking=booking, now=now)
    if form.is_valid():
        try:
            _prepare(booking, form, Actor.of(candidate), now)
        except (PhoneNeeded, MobileNeeded) as refusal:
            form.add_error(form.phone_error_field, str(refusal))
        except BookingNotActive as refusal:
            messages.warning(request, str(refusal))
            return redirect("bookings:appointment", pk=pk)
        else:
            messages.success(request, _("Saved. Your advisor reads it before the talk."))
            return redirect("bookings:appointment", pk=pk)
    status = 400 if form.errors else 200
    return render(request, "bookings/appointments/prepare.html", {"booking": booking, "form": form}, status=status)


def _prepare(booking: Booking, form: AppointmentForm, actor: Actor, now: datetime) -> None:
    save_preparation(
        booking=booking,
        topic_ids=form.topic_ids(),
        question=form.cleaned_data["question"],
        wants_sms=form.cleaned_data.get("wants_sms"),
        phone=form.number(),
        actor=actor,
        now=now,
    )


@require_http_methods(["GET", "HEAD"])
@candidate_required
def calendar(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking = candidate_booking_or_404(candidate, pk)
    method = "CANCEL" if booking.status == Booking.Status.CANCELLED else "REQUEST"
    text = candidate_invite(
        booking, Policy.objects.current(), method=method, language=active_language(), now=timezone.now()
    )
    response = HttpResponse(text, content_type=f"text/calendar; method={method}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="spreekuur.ics"'
    return response


def candidate_booking_or_404(candidate: Candidate, pk: int) -> Booking:
    return get_object_or_404(Booking.objects.of_candidate(candidate).for_letters(), pk=pk)


def expired_code_response(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse | None:
    """End the session of an SMS code whose appointment is over, and say so; None for other sessions."""
    if booking_scope(request) is None or now < booking.ends_at:
        return None
    close_session(request)
    return render(request, "bookings/appointments/code_ended.html", status=404)


def appointment_state(booking: Booking, now: datetime) -> str:
    """State for the page: planned, now or over while booked, otherwise the status."""
    if booking.status != Booking.Status.BOOKED:
        return booking.status
    if now < booking.starts_at:
        return "planned"
    return "now" if now < booking.ends_at else "over"


def _has_other_booking(booking: Booking) -> bool:
    """True when the invitation has another booked or completed appointment."""
    return booking.invitation.bookings.settled().exclude(pk=booking.pk).exists()
