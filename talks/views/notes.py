"""Save notes: while typing with htmx, with a button without it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advisors.permissions import render_in_advisor_zone
from bookings.models import Booking
from bookings.permissions import booking_or_404
from core.actors import Actor
from core.errors import Refusal
from organisation.models import Role
from organisation.permissions import current_staff, role_required
from talks import services
from talks.forms import CopyForm, NoteForm
from talks.models import NoteCopy
from talks.queries import copies_of, talks_for_file
from talks.views.files import file_page


@require_http_methods(["POST"])
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the note. An autosave after sign-out gets 401, so that htmx does not put a sign-in page into the file."""
    if _is_autosave(request) and not request.user.is_authenticated:
        return HttpResponse(status=401)
    return _save(request, pk)


@require_http_methods(["POST"])
@role_required(Role.ADVISOR)
def note_copy_use(request: HttpRequest, pk: int) -> HttpResponse:
    copy, form, user = _copy_or_404(request, pk), CopyForm(request.POST), current_staff(request)
    if form.is_valid():
        seen = form.cleaned_data
        try:
            services.use_copy(
                copy=copy,
                version=seen["version"],
                seen_at=seen["seen_at"],
                author=user,
                actor=Actor.of(user),
                now=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("This text is your note now."))
    return _to_notes(copy.note.booking_id)


@require_http_methods(["POST"])
@role_required(Role.ADVISOR)
def note_copy_drop(request: HttpRequest, pk: int) -> HttpResponse:
    copy, form, user = _copy_or_404(request, pk), CopyForm(request.POST), current_staff(request)
    if form.is_valid():
        try:
            services.discard_copy(
                copy=copy,
                seen_at=form.cleaned_data["seen_at"],
                author=user,
                actor=Actor.of(user),
                now=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The other text is thrown away."))
    return _to_notes(copy.note.booking_id)


@role_required(Role.ADVISOR)
def _save(request: HttpRequest, pk: int) -> HttpResponse:
    booking, form = booking_or_404(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, booking, form)
    typed = form.cleaned_data
    saved = services.save_note(booking=booking, author=current_staff(request), now=timezone.now(), **typed)
    if _is_autosave(request):
        return _state(request, booking, saved, typed["version"], typed["window"])
    if saved.is_stale:
        messages.warning(request, _("The notes changed in another window. Both texts are kept: choose below."))
    else:
        messages.success(request, _("Your notes are saved."))
    return _to_notes(booking.pk)


def _not_saved(request: HttpRequest, booking: Booking, form: NoteForm) -> HttpResponse:
    if _is_autosave(request):
        return HttpResponse(status=422)
    return file_page(request, get_object_or_404(talks_for_file(current_staff(request)), pk=booking.pk), form=form)


def _state(
    request: HttpRequest, booking: Booking, saved: services.SavedNote, version: int, window: UUID
) -> HttpResponse:
    """Response to an autosave. A stale window keeps its old version, so that it keeps saving to its own copy."""
    context = {
        "booking": booking,
        "note": saved.note,
        "copies": copies_of(saved.note),
        "window": window,
        "version": version if saved.is_stale else saved.note.version,
        "saved": saved,
    }
    return render_in_advisor_zone(booking.advisor, request, "talks/note_answer.html", context)


def _copy_or_404(request: HttpRequest, pk: int) -> NoteCopy:
    own = Booking.objects.visible_to(current_staff(request))
    return get_object_or_404(NoteCopy.objects.select_related("note__booking"), pk=pk, note__booking__in=own)


def _to_notes(booking_id: int) -> HttpResponse:
    return redirect(reverse("talks:file", args=[booking_id]) + "#notes")


def _is_autosave(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
