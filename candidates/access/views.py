"""Doors of the private link: coming in, asking for a new one, no more messages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from candidates.access.forms import NewLinkForm
from candidates.access.services import link_by_token, mail_link
from candidates.access.session import for_candidate, open_session
from candidates.access.tokens import page_of
from candidates.contact import stop_messages
from candidates.errors import LinkUnknown
from candidates.models import Candidate
from core.actors import Actor
from core.rate_limits import address_of_visitor, is_within

P = ParamSpec("P")
HOUR = 60 * 60


def unlisted(door: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Not kept by a browser or proxy, not found by a search engine."""

    @wraps(door)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = door(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_http_methods(["GET", "HEAD"])
@unlisted
def open_link(request: HttpRequest, token: str, destination: str) -> HttpResponse:
    """Start the session and lead to the same page without the token. Changes nothing: mail scanners come here too."""
    try:
        link = link_by_token(token)
    except LinkUnknown:
        return render(request, "candidates/access/link_unknown.html", {"form": NewLinkForm()}, status=404)
    if request.method == "GET":
        open_session(request, link, now=timezone.now())
    response = redirect(page_of(destination))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _speak(response, link.candidate.language)
    return response


@require_http_methods(["GET", "HEAD"])
@unlisted
def link_ended(request: HttpRequest) -> HttpResponse:
    return render(request, "candidates/access/link_ended.html", {"form": NewLinkForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def new_link(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether we know the address or not."""
    form = NewLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "candidates/access/new_link.html", {"form": form})
    if not is_within(action="new_link", who=address_of_visitor(request), times=10, seconds=HOUR):
        return render(request, "429.html", status=429)
    email = form.cleaned_data["email"]
    if is_within(action="new_link.address", who=email.lower(), times=3, seconds=HOUR):
        mail_link(email=email, now=timezone.now())
    return render(request, "candidates/access/new_link_sent.html", {"email": email})


@require_http_methods(["GET", "HEAD", "POST"])
@for_candidate
def stop(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    if request.method == "POST":
        stop_messages(candidate=candidate, actor=Actor.of(candidate), now=timezone.now())
        return redirect("candidates:stop")
    return render(request, "candidates/access/stop.html", {"candidate": candidate})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One POST by the candidate's mail program is enough (RFC 8058), so there is no cookie to ask for; the token is
    the proof. A GET only asks, and says so when the link is not whole. A POST gets the same answer for a token that we
    do not know, until somebody keeps guessing.
    """
    is_done = request.method == "POST"
    if is_done and not _stopped_by(request, token):
        return render(request, "429.html", status=429)
    if not is_done and not _is_known(token):
        return render(request, "candidates/access/link_unknown.html", {"form": NewLinkForm()}, status=404)
    return render(request, "candidates/access/unsubscribe.html", {"is_done": is_done})


def _is_known(token: str) -> bool:
    try:
        link_by_token(token)
    except LinkUnknown:
        return False
    return True


def _stopped_by(request: HttpRequest, token: str) -> bool:
    try:
        candidate = link_by_token(token).candidate
    except LinkUnknown:
        return is_within(action="unsubscribe", who=address_of_visitor(request), times=20, seconds=HOUR)
    stop_messages(candidate=candidate, actor=Actor.of(candidate), now=timezone.now())
    return True


def _speak(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=bool(settings.LANGUAGE_COOKIE_SECURE),
        samesite="Lax",
    )
