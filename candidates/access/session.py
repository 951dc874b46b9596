"""Session of a candidate, opened by the private link or by the short code of an SMS. It holds keys only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from candidates.models import AccessLink, Candidate

SESSION_KEY = "candidate"
SESSION_LENGTH = timedelta(hours=2)
View = Callable[..., HttpResponse]


def open_session(
    request: HttpRequest,
    link: AccessLink,
    *,
    now: datetime,
    booking_id: int | None = None,
    invitation_id: int | None = None,
) -> None:
    """Start a session, so that later addresses carry no token.

    `booking_id` limits it to one appointment, `invitation_id` to what the waitlist offers for one invitation.
    """
    request.session.cycle_key()
    request.session[SESSION_KEY] = {
        "link": link.pk,
        "version": link.version,
        "until": (now + SESSION_LENGTH).timestamp(),
        "booking": booking_id,
        "offer": invitation_id,
    }


def close_session(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def session_candidate(request: HttpRequest, *, now: datetime) -> Candidate | None:
    """Candidate of this session; None when it has ended or the link was revoked."""
    stored = request.session.get(SESSION_KEY)
    if not stored or stored["until"] < now.timestamp():
        return None
    link = AccessLink.objects.select_related("candidate").filter(pk=stored["link"], version=stored["version"]).first()
    return link.candidate if link else None


def booking_scope(request: HttpRequest) -> int | None:
    """Key of the one booking to which a short code limits this session."""
    return _scope(request, "booking")


def offer_scope(request: HttpRequest) -> int | None:
    """Key of the one invitation to whose waitlist offer a short code limits this session."""
    return _scope(request, "offer")


def is_full_session(request: HttpRequest) -> bool:
    return booking_scope(request) is None and offer_scope(request) is None


def candidate_required(view: View) -> View:
    """Pass the candidate of a full session to the view, in their time zone; redirect everybody else to ask a link."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        candidate = session_candidate(request, now=timezone.now())
        if candidate is None or not is_full_session(request):
            return redirect("candidates:link_ended")
        return _respond(view, request, candidate, *args, **kwargs)

    return guarded


def appointment_access(view: View) -> View:
    """Like `candidate_required`, and for the short code of this appointment (`pk`)."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        candidate = session_candidate(request, now=timezone.now())
        if candidate is None or offer_scope(request) is not None or booking_scope(request) not in (None, pk):
            return redirect("candidates:link_ended")
        return _respond(view, request, candidate, pk, *args, **kwargs)

    return guarded


def offer_access(view: View) -> View:
    """Like `candidate_required`, and for the short code of what is offered for this invitation (`pk`)."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        candidate = session_candidate(request, now=timezone.now())
        if candidate is None or booking_scope(request) is not None or offer_scope(request) not in (None, pk):
            return redirect("candidates:link_ended")
        return _respond(view, request, candidate, pk, *args, **kwargs)

    return guarded


def _scope(request: HttpRequest, name: str) -> int | None:
    key = (request.session.get(SESSION_KEY) or {}).get(name)
    return int(key) if key is not None else None


def _respond(view: View, request: HttpRequest, candidate: Candidate, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer in the candidate's time zone, kept by no cache and no search engine."""
    with timezone.override(candidate.zone):
        response = view(request, candidate, *args, **kwargs)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
