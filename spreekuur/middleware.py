"""Middleware: 503 when the database is unavailable, no-store, audit address, idle time and second factor of staff."""

from collections.abc import Callable

from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from candidates.access.session import SESSION_KEY as CANDIDATE_KEY
from core.problem_details import is_api_request, problem_response
from organisation.audit import source_address
from organisation.models import Policy, User
from organisation.staff.sessions import (
    has_passed_second_factor,
    has_second_factor,
    is_idle,
    second_factor_deadline,
)

GetResponse = Callable[[HttpRequest], HttpResponse]
SIGNED_IN = {SESSION_KEY, CANDIDATE_KEY}
RETRY_SECONDS = 10
DATABASE_ERRORS = (OperationalError, InterfaceError)
WITHOUT_SECOND_FACTOR = {"account_logout", "account_reauthenticate", "set_language"}


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """Page with status 503 and Retry-After. The browser still has the form data, so it can be sent again."""
    if is_api_request(request):
        response: HttpResponse = problem_response(503, code="unavailable", title="Try again in a moment.")
    else:
        response = render(request, "503.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def database_unavailable(get_response: GetResponse) -> GetResponse:
    """Answer 503 when a view cannot reach the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return service_unavailable(request) if isinstance(exception, DATABASE_ERRORS) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def audit_address(get_response: GetResponse) -> GetResponse:
    """Let audit entries of this request carry the address that it came from (BIO2 8.15.01: origin)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = source_address.set(get_client_ip(request))
        try:
            return get_response(request)
        finally:
            source_address.reset(token)

    return middleware


def no_store(get_response: GetResponse) -> GetResponse:
    """`Cache-Control: no-store` on every page of somebody who is signed in, staff or candidate.

    A shared computer's Back button and a proxy's cache must show nothing of it. A view that sets the header itself
    (a feed with an ETag has no session) keeps what it says.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        try:
            is_signed_in = bool(SIGNED_IN & set(request.session.keys()))
        except DATABASE_ERRORS:
            return service_unavailable(request)
        if is_signed_in:
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def second_factor(get_response: GetResponse) -> GetResponse:
    """End idle sessions of staff, and stop sessions without a second factor where policy requires one.

    Within the period of grace an account without TOTP or passkey may work. After it, it can only set one up.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            user = request.user  # first query of a request; process_exception does not cover middleware
            stopped = _stopped(request, user) if isinstance(user, User) else None
        except DATABASE_ERRORS:
            return service_unavailable(request)
        return stopped or get_response(request)

    return middleware


def _stopped(request: HttpRequest, user: User) -> HttpResponse | None:
    """Redirect for a session that may not go on; None for one that may."""
    if is_idle(request, now=timezone.now()):
        return _sign_in_again(request, _("You were away for a while, so we signed you out. Sign in again to go on."))
    policy = Policy.objects.current()
    deadline = second_factor_deadline(user, policy)
    if deadline is None or _is_way_to_second_factor(request) or has_passed_second_factor(request, user):
        return None
    if has_second_factor(user):
        return _sign_in_again(request, _("Sign in again, now with your second step."))
    if timezone.now() < deadline:
        return None
    messages.warning(request, _("Your employer asks for a second step. Set up an app or a key to go on."))
    return redirect("mfa_index")


def _is_way_to_second_factor(request: HttpRequest) -> bool:
    name = resolve(request.path_info).url_name or ""
    return name.startswith("mfa_") or name in WITHOUT_SECOND_FACTOR


def _sign_in_again(request: HttpRequest, text: str) -> HttpResponse:
    """Sign out and come back to this page after signing in."""
    logout(request)
    messages.warning(request, text)
    following = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(following)
