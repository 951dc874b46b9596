"""Pages on which a candidate books: the slot picker, then the confirmation."""

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
from bookings.appointments.book import book
from bookings.appointments.forms import BookingForm, SlotForm
from bookings.appointments.views.confirm import confirm_page, slot_taken_page
from bookings.appointments.views.slot_picker import SlotPickerUrls, slot_picker
from bookings.errors import AlreadyBooked, InvitationClosed, MobileNeeded, PhoneNeeded
from bookings.invitations.status import MAY_CHOOSE, Progress, progress_for
from bookings.models import Booking, Invitation, WaitlistEntry
from candidates.access.services import link_for
from candidates.access.session import candidate_required, is_full_session, offer_access, open_session
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Policy


@require_http_methods(["GET", "HEAD"])
@candidate_required
def choose_slot(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    invitation, now = candidate_invitation_or_404(candidate, pk), timezone.now()
    return closed_response(request, invitation, now) or _slot_picker(request, invitation, now)


@require_http_methods(["GET", "HEAD", "POST"])
@offer_access
def confirm(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Show the chosen slot and the form on GET; book on POST."""
    invitation, now = candidate_invitation_or_404(candidate, pk), timezone.now()
    if request.method == "POST":
        return _book(request, invitation, now)
    chosen = SlotForm(request.GET)
    if closed := closed_response(request, invitation, now):
        return closed
    if chosen.slot_error:
        return _slot_error(request, invitation, now, chosen.slot_error)
    initial = {**chosen.cleaned_data, "phone": _waitlist_phone(invitation)}
    form = BookingForm(initial=initial, known_phone=str(invitation.candidate.phone))
    return confirm_page(request, invitation, form, chosen=chosen)


def _book(request: HttpRequest, invitation: Invitation, now: datetime) -> HttpResponse:
    form = BookingForm(request.POST, known_phone=str(invitation.candidate.phone))
    if form.slot_error:
        return closed_response(request, invitation, now) or _slot_error(request, invitation, now, form.slot_error)
    if not form.is_valid():
        return confirm_page(request, invitation, form, status=400)
    actor = Actor.of(invitation.candidate)
    try:
        booking = book(invitation=invitation, request=form.booking_request(), actor=actor, now=now)
    except (PhoneNeeded, MobileNeeded) as refusal:
        form.add_error("phone", str(refusal))
        return confirm_page(request, invitation, form, status=400)
    except SlotTaken as refusal:
        return slot_taken_page(request, invitation, form, refusal)
    except (AlreadyBooked, InvitationClosed) as refusal:
        messages.warning(request, str(refusal))
        return redirect("bookings:book" if is_full_session(request) else "bookings:offer", pk=invitation.pk)
    if not is_full_session(request):
        open_session(request, link_for(invitation.candidate), now=now, booking_id=booking.pk)
    messages.success(request, _("Your appointment is set. You also get a mail from us."))
    return redirect("bookings:appointment", pk=booking.pk)


def _slot_error(request: HttpRequest, invitation: Invitation, now: datetime, error: str) -> HttpResponse:
    """Show the slot picker again; a session opened with an SMS code may only see the offer."""
    if is_full_session(request):
        return _slot_picker(request, invitation, now, error=error)
    return redirect("bookings:offer", pk=invitation.pk)


def _slot_picker(request: HttpRequest, invitation: Invitation, now: datetime, *, error: str = "") -> HttpResponse:
    urls = SlotPickerUrls(
        page=reverse("bookings:book", args=[invitation.pk]), confirm=reverse("bookings:details", args=[invitation.pk])
    )
    policy = Policy.objects.current()
    return slot_picker(request, invitation, policy, urls=urls, now=now, error=error, extra=_rejection(invitation))


def _rejection(invitation: Invitation) -> dict[str, Any]:
    rejection = invitation.application.rejection
    return {"rejection": rejection, "strengths": list(rejection.strengths.all())}


def closed_response(request: HttpRequest, invitation: Invitation, now: datetime) -> HttpResponse | None:
    """Response for an invitation that cannot be booked now: its appointment, or a page that says it has ended."""
    bookings = sorted(invitation.bookings.all(), key=lambda booking: booking.starts_at, reverse=True)
    progress = progress_for(invitation, bookings, now)
    if progress in MAY_CHOOSE:
        return None
    if progress == Progress.ENDED:
        return render(request, "bookings/appointments/closed.html", {"invitation": invitation})
    return _appointment_response(request, invitation, _most_relevant(bookings), now)


def _appointment_response(
    request: HttpRequest, invitation: Invitation, booking: Booking, now: datetime
) -> HttpResponse:
    """Redirect to the appointment; the SMS code of a waitlist offer also gives access to it, until it ends."""
    if not is_full_session(request):
        if now >= booking.ends_at:
            return render(request, "bookings/appointments/code_ended.html", status=404)
        open_session(request, link_for(invitation.candidate), now=now, booking_id=booking.pk)
    return redirect("bookings:appointment", pk=booking.pk)


def _most_relevant(bookings: list[Booking]) -> Booking:
    """The booked appointment, or else the completed one, then the latest cancelled one."""
    order = [Booking.Status.BOOKED, Booking.Status.COMPLETED, Booking.Status.CANCELLED, Booking.Status.NO_SHOW]
    return min(bookings, key=lambda booking: order.index(Booking.Status(booking.status)))


def candidate_invitation_or_404(candidate: Candidate, pk: int) -> Invitation:
    own = Invitation.objects.of_candidate(candidate).select_related(
        "application__candidate", "application__vacancy", "application__rejection__recruiter__advisor", "waitlist_entry"
    )
    return get_object_or_404(own.prefetch_related("bookings"), pk=pk)


def _waitlist_phone(invitation: Invitation) -> str:
    """Number of the waitlist entry, to prefill: the candidate gave it for SMS only and decides to use it here."""
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    return entry.phone.as_national if entry and entry.phone else ""
