"""An appointment: look at it, prepare, cancel, put it in a calendar."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.appointments.cancel import cancel as cancel_booking
from bookings.appointments.forms import AppointmentForm
from bookings.appointments.move import may_move
from bookings.appointments.prepare import prepare as save_preparation
from bookings.appointments.views.slot_picker import place_elsewhere
from bookings.calendar.invites import calendar_of
from bookings.errors import AlreadyStarted, MobileNeeded, NotStanding, PhoneNeeded
from bookings.models import Booking
from bookings.notifications import with_all_that_letters_need
from candidates.access.session import close_session, for_appointment, for_candidate, only_booking
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Policy
from outbox.sms.enabled import texts_leave
from outbox.sms.opt_outs import is_stopped


@require_http_methods(["GET", "HEAD"])
@for_appointment
def appointment(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = appointment_of(candidate, pk), timezone.now()
    if ended := ended_for(request, booking, now):
        return ended
    policy = Policy.objects.current()
    context: dict[str, Any] = {
        "employer": policy,
        "booking": booking,
        "state": state_of(booking, now),
        "place": place_elsewhere(candidate, booking.starts_at),
        "minutes": int((booking.ends_at - booking.starts_at) / timedelta(minutes=1)),
        "wants_texts": booking.wants_sms and texts_leave(),
        "texts_are_stopped": texts_leave() and bool(booking.phone) and is_stopped(str(booking.phone)),
        "may_move": may_move(booking, policy, now),
        "move_until": booking.starts_at - timedelta(hours=policy.cancel_until_hours),
        "is_whole_session": only_booking(request) is None,
        "may_choose_again": booking.invitation.is_open(now) and not _stands_elsewhere(booking),
    }
    return render(request, "bookings/appointments/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_appointment
def cancel(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """A GET asks, a POST cancels."""
    booking, now = appointment_of(candidate, pk), timezone.now()
    if ended := ended_for(request, booking, now):
        return ended
    if request.method != "POST":
        if state_of(booking, now) != "planned":
            return redirect("bookings:appointment", pk=pk)
        return render(request, "bookings/appointments/cancel.html", {"booking": booking})
    try:
        cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=Actor.of(candidate), now=now)
    except (NotStanding, AlreadyStarted) as refusal:
        messages.warning(request, str(refusal))
    return redirect("bookings:appointment", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_candidate
def prepare(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = appointment_of(candidate, pk), timezone.now()
    if state_of(booking, now) not in ("planned", "now"):
        return redirect("bookings:appointment", pk=pk)
    form = AppointmentForm(request.POST if request.method == "POST" else None, booking=booking, now=now)
    if form.is_valid():
        try:
            _prepare(booking, form, Actor.of(candidate), now)
        except (PhoneNeeded, MobileNeeded) as refusal:
            form.add_error(form.place_of_phone, str(refusal))
        except NotStanding as refusal:
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
@for_candidate
def calendar(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking = appointment_of(candidate, pk)
    method = "CANCEL" if booking.status == Booking.Status.CANCELLED else "REQUEST"
    text = calendar_of(
        booking, Policy.objects.current(), method=method, language=get_language() or "nl", now=timezone.now()
    )
    response = HttpResponse(text, content_type=f"text/calendar; method={method}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="spreekuur.ics"'
    return response


def appointment_of(candidate: Candidate, pk: int) -> Booking:
    return get_object_or_404(with_all_that_letters_need(Booking.objects.of_candidate(candidate)), pk=pk)


def ended_for(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse | None:
    """The code of a text dies when the talk ends."""
    if only_booking(request) is None or now < booking.ends_at:
        return None
    close_session(request)
    return render(request, "bookings/appointments/code_ended.html", status=404)


def state_of(booking: Booking, now: datetime) -> str:
    """planned, now, over, or what became of it: cancelled, completed, no_show."""
    if booking.status != Booking.Status.BOOKED:
        return booking.status
    if now < booking.starts_at:
        return "planned"
    return "now" if now < booking.ends_at else "over"


def _stands_elsewhere(booking: Booking) -> bool:
    """Another appointment of this invitation stands, or was held."""
    others = booking.invitation.bookings.exclude(pk=booking.pk)
    return others.filter(status__in=[Booking.Status.BOOKED, Booking.Status.COMPLETED]).exists()
