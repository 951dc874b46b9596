"""Booking: choose a moment, then say what we need to know."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.availability.errors import SlotTaken
from bookings.appointments.book import book as book_slot
from bookings.appointments.forms import DetailsForm, MomentForm
from bookings.appointments.views.confirm import details_page, taken_page
from bookings.appointments.views.slot_picker import Ways, chooser
from bookings.errors import AlreadyBooked, InvitationClosed, MobileNeeded, PhoneNeeded
from bookings.invitations.progress import MAY_CHOOSE, Progress, progress_of
from bookings.models import Booking, Invitation, WaitlistEntry
from candidates.access.services import link_of
from candidates.access.session import for_candidate, for_offer, is_whole_session, open_session
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Policy


@require_http_methods(["GET", "HEAD"])
@for_candidate
def book(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    invitation, now = invitation_of(candidate, pk), timezone.now()
    return closed_for(request, invitation, now) or _chooser(request, invitation, now)


@require_http_methods(["GET", "HEAD", "POST"])
@for_offer
def details(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    invitation, now = invitation_of(candidate, pk), timezone.now()
    if request.method == "POST":
        return _book(request, invitation, now)
    moment = MomentForm(request.GET)
    if closed := closed_for(request, invitation, now):
        return closed
    if moment.moment_problem:
        return _problem(request, invitation, now, moment.moment_problem)
    initial = {**moment.cleaned_data, "phone": _phone_for_texts(invitation)}
    form = DetailsForm(initial=initial, known_phone=known_phone(invitation))
    return details_page(request, invitation, form, moment=moment)


def _book(request: HttpRequest, invitation: Invitation, now: datetime) -> HttpResponse:
    form = DetailsForm(request.POST, known_phone=known_phone(invitation))
    if form.moment_problem:
        return closed_for(request, invitation, now) or _problem(request, invitation, now, form.moment_problem)
    if not form.is_valid():
        return details_page(request, invitation, form, status=400)
    actor = Actor.of(invitation.candidate)
    try:
        booking = book_slot(invitation=invitation, wish=form.wish(), actor=actor, now=now)
    except (PhoneNeeded, MobileNeeded) as refusal:
        form.add_error("phone", str(refusal))
        return details_page(request, invitation, form, status=400)
    except SlotTaken as refusal:
        return taken_page(request, invitation, form, refusal)
    except (AlreadyBooked, InvitationClosed) as refusal:
        messages.warning(request, str(refusal))
        return redirect("bookings:book" if is_whole_session(request) else "bookings:offer", pk=invitation.pk)
    if not is_whole_session(request):
        open_session(request, link_of(invitation.candidate), now=now, booking_id=booking.pk)
    messages.success(request, _("Your appointment is set. You also get a mail from us."))
    return redirect("bookings:appointment", pk=booking.pk)


def _problem(request: HttpRequest, invitation: Invitation, now: datetime, problem: str) -> HttpResponse:
    """Who came in with a text's code sees what is offered, and not the whole invitation."""
    if is_whole_session(request):
        return _chooser(request, invitation, now, problem=problem)
    return redirect("bookings:offer", pk=invitation.pk)


def _chooser(request: HttpRequest, invitation: Invitation, now: datetime, *, problem: str = "") -> HttpResponse:
    ways = Ways(
        here=reverse("bookings:book", args=[invitation.pk]), onward=reverse("bookings:details", args=[invitation.pk])
    )
    policy = Policy.objects.current()
    return chooser(request, invitation, policy, ways=ways, now=now, problem=problem, more=_reason(invitation))


def _reason(invitation: Invitation) -> dict[str, Any]:
    rejection = invitation.application.rejection
    return {"rejection": rejection, "strengths": list(rejection.strengths.all())}


def closed_for(request: HttpRequest, invitation: Invitation, now: datetime) -> HttpResponse | None:
    """Where to go when there is nothing to choose here: to the appointment that stands, or to what we can still do."""
    bookings = sorted(invitation.bookings.all(), key=lambda booking: booking.starts_at, reverse=True)
    progress = progress_of(invitation, bookings, now)
    if progress in MAY_CHOOSE:
        return None
    if progress == Progress.ENDED:
        return render(request, "bookings/appointments/closed.html", {"invitation": invitation})
    return _to_the_talk(request, invitation, _talk_of(bookings), now)


def _to_the_talk(request: HttpRequest, invitation: Invitation, talk: Booking, now: datetime) -> HttpResponse:
    """The code of an offer's text opens what came of the offer, for as long as a code of its own would."""
    if not is_whole_session(request):
        if now >= talk.ends_at:
            return render(request, "bookings/appointments/code_ended.html", status=404)
        open_session(request, link_of(invitation.candidate), now=now, booking_id=talk.pk)
    return redirect("bookings:appointment", pk=talk.pk)


def _talk_of(bookings: list[Booking]) -> Booking:
    """The one that stands, or else the one that was held."""
    order = [Booking.Status.BOOKED, Booking.Status.COMPLETED, Booking.Status.CANCELLED, Booking.Status.NO_SHOW]
    return min(bookings, key=lambda booking: order.index(Booking.Status(booking.status)))


def invitation_of(candidate: Candidate, pk: int) -> Invitation:
    own = Invitation.objects.of_candidate(candidate).select_related(
        "application__candidate", "application__vacancy", "application__rejection__recruiter__advisor", "waitlist_entry"
    )
    return get_object_or_404(own.prefetch_related("bookings"), pk=pk)


def known_phone(invitation: Invitation) -> str:
    return str(invitation.candidate.phone)


def _phone_for_texts(invitation: Invitation) -> str:
    """The number of the waiting list was given for texts only: it stands in the field, to be sent or not."""
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    return entry.phone.as_national if entry and entry.phone else ""
