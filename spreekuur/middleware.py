"""What holds for every request: a database that is away, and the second factor of staff."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve

from organisation.models import Policy, User

Answer = Callable[[HttpRequest], HttpResponse]
RETRY_SECONDS = 10
WITHOUT_SECOND_FACTOR = {"account_logout", "account_reauthenticate", "set_language"}


def away(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After; what was typed is still in the browser's form and can be sent again."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def database_away(get_response: Answer) -> Answer:
    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return away(request) if isinstance(exception, OperationalError | InterfaceError) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def second_factor(get_response: Answer) -> Answer:
    """Where policy asks it, staff without TOTP or passkey get no further than setting one up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and not _may_pass(request, user):
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def _may_pass(request: HttpRequest, user: User) -> bool:
    if not Policy.objects.current().second_factor_required:
        return True
    name = resolve(request.path_info).url_name or ""
    if name.startswith("mfa_") or name in WITHOUT_SECOND_FACTOR:
        return True
    return bool(user.authenticator_set.exists())  # type: ignore[attr-defined]
