"""Moving an appointment: the same way to choose, with everything kept."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.availability.errors import SlotTaken
from bookings.appointments.forms import MomentForm, PhoneForm
from bookings.appointments.move import may_move
from bookings.appointments.move import move as move_booking
from bookings.appointments.views.confirm import details_page, taken_page
from bookings.appointments.views.detail import appointment_of, ended_for
from bookings.appointments.views.slot_picker import Ways, chooser, query_of
from bookings.availability.options import Choice
from bookings.availability.slot_listing import value_of
from bookings.errors import MobileNeeded, NotStanding, PhoneNeeded, TooLateToMove
from bookings.models import Booking
from candidates.access.session import for_appointment
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Policy


@require_http_methods(["GET", "HEAD"])
@for_appointment
def move(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = appointment_of(candidate, pk), timezone.now()
    return _too_late(request, booking, now) or _chooser(request, booking, now)


@require_http_methods(["GET", "HEAD", "POST"])
@for_appointment
def move_details(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    booking, now = appointment_of(candidate, pk), timezone.now()
    if closed := _too_late(request, booking, now):
        return closed
    if request.method == "POST":
        return _move(request, booking, now)
    moment = MomentForm(request.GET)
    if moment.moment_problem:
        return _chooser(request, booking, now, problem=moment.moment_problem)
    form = PhoneForm(initial=moment.cleaned_data, known_phone=_known(booking))
    return details_page(request, booking.invitation, form, moment=moment, booking=booking)


@require_http_methods(["GET", "HEAD"])
@for_appointment
def move_proposed(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """To the page on which the moment that the candidate's calendar proposed can be confirmed, when it was free."""
    booking = appointment_of(candidate, pk)
    answer = booking.candidate_answer
    if answer is None or answer.proposed_starts_at is None or not answer.proposed_is_free:
        return redirect("bookings:move", pk=pk)
    choice = Choice(booking.channel, booking.language, booking.advisor_id)
    details = reverse("bookings:move_details", args=[pk])
    return redirect(f"{details}?{query_of(choice, slot=value_of(answer.proposed_starts_at))}")


def _move(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    form = PhoneForm(request.POST, known_phone=_known(booking))
    if form.moment_problem:
        return _chooser(request, booking, now, problem=form.moment_problem)
    if not form.is_valid():
        return details_page(request, booking.invitation, form, booking=booking, status=400)
    try:
        moved = move_booking(booking=booking, wish=form.wish(), actor=Actor.of(booking.candidate), now=now)
    except (PhoneNeeded, MobileNeeded) as refusal:
        form.add_error("phone", str(refusal))
        return details_page(request, booking.invitation, form, booking=booking, status=400)
    except SlotTaken as refusal:
        return taken_page(request, booking.invitation, form, refusal, booking=booking)
    except (NotStanding, TooLateToMove) as refusal:
        messages.warning(request, str(refusal))
        return redirect("bookings:appointment", pk=booking.pk)
    if moved.moved_count == booking.moved_count:
        messages.info(request, _("You have this moment already, so nothing has changed."))
    else:
        messages.success(request, _("Your appointment has moved. You also get a mail from us."))
    return redirect("bookings:appointment", pk=booking.pk)


def _chooser(request: HttpRequest, booking: Booking, now: datetime, *, problem: str = "") -> HttpResponse:
    ways = Ways(
        here=reverse("bookings:move", args=[booking.pk]),
        onward=reverse("bookings:move_details", args=[booking.pk]),
        back=reverse("bookings:appointment", args=[booking.pk]),
    )
    policy = Policy.objects.current()
    return chooser(request, booking.invitation, policy, ways=ways, now=now, booking=booking, problem=problem)


def _too_late(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse | None:
    """After policy's limit cancelling and calling are left; an appointment that ended has its own page."""
    if ended := ended_for(request, booking, now):
        return ended
    if booking.status != Booking.Status.BOOKED or now >= booking.starts_at:
        return redirect("bookings:appointment", pk=booking.pk)
    if may_move(booking, Policy.objects.current(), now):
        return None
    return render(
        request, "bookings/appointments/too_late.html", {"booking": booking}, status=409 if request.method == "POST" else 200
    )


def _known(booking: Booking) -> str:
    return str(booking.phone or booking.candidate.phone)
