"""Views of the private link: opening it, asking for a new one, no more messages, time zone."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from candidates.access.forms import NewLinkForm, TimeZoneForm
from candidates.access.services import link_by_token, mail_link
from candidates.access.session import candidate_required, close_session, open_session
from candidates.access.tokens import CANDIDATE_ROOT, candidate_path
from candidates.contact import set_time_zone, stop_messages
from candidates.errors import LinkUnknown
from candidates.models import Candidate
from core.actors import Actor
from core.rate_limits import client_ip, is_within_limit

P = ParamSpec("P")
HOUR = 60 * 60


def private_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the response out of caches and search engines."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_http_methods(["GET", "HEAD"])
@private_page
def open_link(request: HttpRequest, token: str, destination: str) -> HttpResponse:
    """Start the session and redirect to the page without the token. Changes nothing: mail scanners open links."""
    try:
        link = link_by_token(token)
    except LinkUnknown:
        return render(request, "candidates/access/link_unknown.html", {"form": NewLinkForm()}, status=404)
    if request.method == "GET":
        open_session(request, link, now=timezone.now())
    response = redirect(candidate_path(destination))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _set_language(response, link.candidate.language)
    return response


@require_http_methods(["POST"])
@private_page
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the candidate's session on this device; the link in the mail keeps working."""
    close_session(request)
    return redirect("candidates:signed_out")


@require_http_methods(["GET", "HEAD"])
@private_page
def signed_out(request: HttpRequest) -> HttpResponse:
    return render(request, "candidates/access/signed_out.html")


@require_http_methods(["GET", "HEAD"])
@private_page
def link_ended(request: HttpRequest) -> HttpResponse:
    return render(request, "candidates/access/link_ended.html", {"form": NewLinkForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def new_link(request: HttpRequest) -> HttpResponse:
    """Mail a link to a known address; the answer to an unknown address is the same."""
    form = NewLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "candidates/access/new_link.html", {"form": form})
    if not is_within_limit(action="new_link", key=client_ip(request), limit=10, seconds=HOUR):
        return render(request, "429.html", status=429)
    email = form.cleaned_data["email"]
    if is_within_limit(action="new_link.address", key=email.lower(), limit=3, seconds=HOUR):
        mail_link(email=email, now=timezone.now())
    return render(request, "candidates/access/new_link_sent.html", {"email": email})


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def stop(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    if request.method == "POST":
        stop_messages(candidate=candidate, actor=Actor.of(candidate), now=timezone.now())
        return redirect("candidates:stop")
    return render(request, "candidates/access/stop.html", {"candidate": candidate})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe by one POST of the candidate's mail program (RFC 8058).

    Mail programs keep no cookies, so the token is the proof instead of a CSRF token. A GET shows the button, or an
    error for an unknown token. A POST with an unknown token gets the usual answer, up to the rate limit.
    """
    is_done = request.method == "POST"
    if is_done and not _stop_by_token(request, token):
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


def _stop_by_token(request: HttpRequest, token: str) -> bool:
    try:
        candidate = link_by_token(token).candidate
    except LinkUnknown:
        return is_within_limit(action="unsubscribe", key=client_ip(request), limit=20, seconds=HOUR)
    stop_messages(candidate=candidate, actor=Actor.of(candidate), now=timezone.now())
    return True


def _set_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=bool(settings.LANGUAGE_COOKIE_SECURE),
        samesite="Lax",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def time_zone(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    form = TimeZoneForm(request.POST or None, initial={"time_zone": candidate.time_zone})
    back = _return_path(request)
    if request.method == "POST" and form.is_valid():
        zone = form.cleaned_data["time_zone"]
        set_time_zone(candidate=candidate, zone=zone, actor=Actor.of(candidate), now=timezone.now())
        return redirect(back)
    status = 400 if form.errors else 200
    return render(request, "candidates/access/time_zone.html", {"form": form, "back": back}, status=status)


def _return_path(request: HttpRequest) -> str:
    path = request.POST.get("next") or request.GET.get("next", "")
    is_own = path.startswith(CANDIDATE_ROOT) and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_own else reverse("bookings:home")
