"""Middleware: 503 when the database is unavailable, and the required second factor of staff."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils.translation import gettext as _

from core.problem_details import is_api_request, problem_response
from organisation.models import Policy, User

GetResponse = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = 10
DATABASE_ERRORS = (OperationalError, InterfaceError)
WITHOUT_SECOND_FACTOR = {"account_logout", "account_reauthenticate", "set_language"}
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone do not count


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
    """GetResponse 503 when a view cannot reach the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return service_unavailable(request) if isinstance(exception, DATABASE_ERRORS) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def second_factor(get_response: GetResponse) -> GetResponse:
    """Redirect staff without TOTP or passkey to the page to set one up, when policy requires it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            user = request.user  # first query of a request; process_exception does not cover middleware
            may_pass = not isinstance(user, User) or _may_pass(request, user)
        except DATABASE_ERRORS:
            return service_unavailable(request)
        if may_pass:
            return get_response(request)
        messages.warning(request, _("Your employer asks for a second step. Set up an app or a key to go on."))
        return redirect("mfa_index")

    return middleware


def _may_pass(request: HttpRequest, user: User) -> bool:
    if not Policy.objects.current().second_factor_required:
        return True
    name = resolve(request.path_info).url_name or ""
    if name.startswith("mfa_") or name in WITHOUT_SECOND_FACTOR:
        return True
    return bool(user.authenticator_set.filter(type__in=SECOND_FACTORS).exists())
