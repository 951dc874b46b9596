"""Candidate file, and marking or cancelling a talk. Each view of a file is audited."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advisors.permissions import render_in_advisor_zone
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.forms import AdvisorCancelForm
from bookings.models import Booking
from bookings.permissions import booking_or_404
from candidates.access.link_views import change_link
from core.actors import Actor
from core.errors import Refusal
from organisation import audit
from organisation.models import Role
from organisation.permissions import current_staff, role_required
from talks import services
from talks.forms import NoteForm
from talks.queries import candidate_file_for, talks_for_file


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR)
@never_cache
def file(request: HttpRequest, pk: int) -> HttpResponse:
    booking = get_object_or_404(talks_for_file(current_staff(request)), pk=pk)
    audit.record("file.read", booking, actor=Actor.of(current_staff(request)))
    return file_page(request, booking)


@require_http_methods(["POST"])
@role_required(Role.ADVISOR)
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    booking = booking_or_404(request, pk)
    try:
        services.mark_completed(booking=booking, actor=Actor.of(current_staff(request)), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Marked: you talked."))
    return redirect("talks:file", pk=pk)


@require_http_methods(["POST"])
@role_required(Role.ADVISOR)
def no_show(request: HttpRequest, pk: int) -> HttpResponse:
    booking = booking_or_404(request, pk)
    try:
        services.mark_no_show(booking=booking, actor=Actor.of(current_staff(request)), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Marked: you missed each other. The candidate gets a friendly letter."))
    return redirect("talks:file", pk=pk)


@require_http_methods(["POST"])
@role_required(Role.ADVISOR)
def private_link(request: HttpRequest, pk: int) -> HttpResponse:
    change_link(request, booking_or_404(request, pk).candidate)
    return redirect("talks:file", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADVISOR)
@never_cache
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    booking = booking_or_404(request, pk)
    form = AdvisorCancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancelled = cancel_booking(
                booking=booking,
                by=Booking.CancelledBy.ADVISOR,
                remark=form.cleaned_data["remark"],
                actor=Actor.of(current_staff(request)),
                now=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _cancelled_message(cancelled))
        return redirect("talks:file", pk=pk)
    return render_in_advisor_zone(booking.advisor, request, "talks/cancel.html", {"booking": booking, "form": form})


def _cancelled_message(cancelled: Booking) -> str:
    """Success message with the number of slots on hold for the candidate."""
    number = cancelled.invitation.holds.offered().count()
    if not number:
        return _("The talk is cancelled. The candidate gets your word and can choose again.")
    said = ngettext(
        "The talk is cancelled. The candidate gets your word and %(number)s moment that we hold for them.",
        "The talk is cancelled. The candidate gets your word and %(number)s moments that we hold for them.",
        number,
    )
    return said % {"number": number}


def file_page(request: HttpRequest, booking: Booking, *, form: NoteForm | None = None) -> HttpResponse:
    found = candidate_file_for(booking, user=current_staff(request), now=timezone.now())
    words = {"text": found.note.text, "version": found.note.version, "window": uuid4()}
    context = {"file": found, "booking": booking, "form": form or NoteForm(initial=words), "window": words["window"]}
    return render_in_advisor_zone(booking.advisor, request, "talks/file.html", context)
