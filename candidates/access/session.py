"""A candidate's session: starts with the private link (or the code of a text), lasts two hours, holds keys only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from candidates.models import AccessLink, Candidate

KEY = "candidate"
LASTS = timedelta(hours=2)
Door = Callable[..., HttpResponse]


def open_session(
    request: HttpRequest,
    link: AccessLink,
    *,
    now: datetime,
    booking_id: int | None = None,
    invitation_id: int | None = None,
) -> None:
    """From here on the address bar is clean. With `booking_id` only that appointment is shown, with `invitation_id`
    only what is offered for it."""
    request.session.cycle_key()
    request.session[KEY] = {
        "link": link.pk,
        "version": link.version,
        "until": (now + LASTS).timestamp(),
        "booking": booking_id,
        "offer": invitation_id,
    }


def close_session(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def candidate_of(request: HttpRequest, *, now: datetime) -> Candidate | None:
    """Whose session this is; nobody's when it ended or the link was revoked."""
    kept = request.session.get(KEY)
    if not kept or kept["until"] < now.timestamp():
        return None
    link = AccessLink.objects.select_related("candidate").filter(pk=kept["link"], version=kept["version"]).first()
    return link.candidate if link else None


def only_booking(request: HttpRequest) -> int | None:
    """The one appointment that a text's code opened; None for a whole session."""
    return _only(request, "booking")


def only_offer(request: HttpRequest) -> int | None:
    """The one invitation of which a text's code opened the offer; None for a whole session."""
    return _only(request, "offer")


def is_whole_session(request: HttpRequest) -> bool:
    return only_booking(request) is None and only_offer(request) is None


def for_candidate(door: Door) -> Door:
    """The door of a whole session: passes the candidate on, times in their zone; others may ask for a new link."""

    @wraps(door)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        candidate = candidate_of(request, now=timezone.now())
        if candidate is None or not is_whole_session(request):
            return redirect("candidates:link_ended")
        with timezone.override(candidate.zone):
            return _private(door(request, candidate, *args, **kwargs))

    return guarded


def for_appointment(door: Door) -> Door:
    """Like `for_candidate`, but a text's code may open it too, for its own appointment (`pk`)."""

    @wraps(door)
    @never_cache
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        candidate = candidate_of(request, now=timezone.now())
        if candidate is None or only_offer(request) is not None or only_booking(request) not in (None, pk):
            return redirect("candidates:link_ended")
        with timezone.override(candidate.zone):
            return _private(door(request, candidate, pk, *args, **kwargs))

    return guarded


def for_offer(door: Door) -> Door:
    """Like `for_candidate`, but a text's code may open it too, for its own invitation (`pk`)."""

    @wraps(door)
    @never_cache
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        candidate = candidate_of(request, now=timezone.now())
        if candidate is None or only_booking(request) is not None or only_offer(request) not in (None, pk):
            return redirect("candidates:link_ended")
        with timezone.override(candidate.zone):
            return _private(door(request, candidate, pk, *args, **kwargs))

    return guarded


def _only(request: HttpRequest, what: str) -> int | None:
    kept = request.session.get(KEY) or {}
    key = kept.get(what)
    return int(key) if key is not None else None


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
