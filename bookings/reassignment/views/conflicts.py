"""The question that comes between a change of hours and its saving: what about the talks in the way?"""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bookings.reassignment.change_hours import Change, TalksInTheWay, carry_out
from bookings.reassignment.forms import ImpactForm, answers_in, is_answer
from core.actors import Actor
from organisation.permissions import staff_of

AGAIN = "again"  # the button that leads back to what was typed
BUTTONS = {AGAIN, "preview", "csrfmiddlewaretoken"}


def decided(
    request: HttpRequest, change: Change, *, is_own: bool, back: str, zone: ZoneInfo | None = None
) -> HttpResponse | None:
    """None when the change is made; otherwise the page that asks, with the times of `zone`, or else of the employer.

    Lets the refusals of the change pass.

    What was typed in the form before this page travels along in hidden fields.
    """
    answers = answers_in(request.POST)
    words = ImpactForm(request.POST, hits=[])
    try:
        is_clear = words.is_valid()
        carry_out(
            change=change,
            answers=answers if is_clear else {},
            word=words.cleaned_data.get("word", ""),
            actor=Actor.of(staff_of(request)),
            now=timezone.now(),
        )
    except TalksInTheWay as found:
        status = 409 if answers and is_clear else 200
        with timezone.override(zone):
            page = _asked(request, found, is_answered=bool(answers) and is_clear)
            return render(request, "bookings/reassignment/conflicts.html", page | {"is_own": is_own, "back": back}, status=status)
    return None


def _asked(request: HttpRequest, found: TalksInTheWay, *, is_answered: bool) -> dict[str, Any]:
    was_asked = any(is_answer(name) for name in request.POST)
    form = ImpactForm(request.POST if was_asked else None, hits=found.hits)
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in BUTTONS and not is_answer(name)
    ]
    is_changed = is_answered and form.is_valid() and not found.because
    return {"form": form, "typed": typed, "because": found.because, "is_changed": is_changed, "holds": found.holds}
