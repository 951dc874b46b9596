"""The page that asks how to resolve conflicts before a schedule change is saved."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bookings.reassignment.change_hours import ScheduleChange, UnresolvedConflicts, apply_schedule_change
from bookings.reassignment.forms import ConflictForm, is_resolution_field, parse_resolutions
from core.actors import Actor
from organisation.permissions import current_staff

EDIT_AGAIN = "again"  # name of the button that goes back to the first form
BUTTONS = {EDIT_AGAIN, "preview", "csrfmiddlewaretoken"}


def apply_or_ask(
    request: HttpRequest, change: ScheduleChange, *, is_own: bool, back: str, zone: ZoneInfo | None = None
) -> HttpResponse | None:
    """Make the change and return None, or return the page that asks how to resolve its conflicts.

    Times on the page are in `zone`, by default the employer's. The data of the form before this page is kept in hidden
    fields. Raises the refusals of the change itself.
    """
    resolutions = parse_resolutions(request.POST)
    form = ConflictForm(request.POST, conflicts=[])  # validates the remark only
    try:
        is_valid = form.is_valid()
        apply_schedule_change(
            change=change,
            resolutions=resolutions if is_valid else {},
            remark=form.cleaned_data.get("remark", ""),
            actor=Actor.of(current_staff(request)),
            now=timezone.now(),
        )
    except UnresolvedConflicts as found:
        was_tried = bool(resolutions) and is_valid
        with timezone.override(zone):
            context = _context(request, found, was_tried=was_tried) | {"is_own": is_own, "back": back}
            status = 409 if was_tried else 200
            return render(request, "bookings/reassignment/conflicts.html", context, status=status)
    return None


def _context(request: HttpRequest, found: UnresolvedConflicts, *, was_tried: bool) -> dict[str, Any]:
    was_shown = any(is_resolution_field(name) for name in request.POST)
    form = ConflictForm(request.POST if was_shown else None, conflicts=found.conflicts)
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in BUTTONS and not is_resolution_field(name)
    ]
    is_changed = was_tried and form.is_valid() and not found.cause
    return {"form": form, "typed": typed, "cause": found.cause, "is_changed": is_changed, "holds": found.holds}
