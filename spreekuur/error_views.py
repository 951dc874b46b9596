"""Error pages. Below /api/ they are problem details, as every answer of the API is JSON."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from core.problem_details import is_api_request, problem_response
from spreekuur.middleware import DATABASE_ERRORS, service_unavailable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_response(400, code="parse_error", title="The request cannot be read.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_response(403, code="permission_denied", title="This is not allowed.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_response(404, code="not_found", title="Not found.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Error page for a bug; 503 when the database failed outside the reach of middleware, as when saving a session."""
    if isinstance(sys.exc_info()[1], DATABASE_ERRORS):
        return service_unavailable(request)
    if is_api_request(request):
        return problem_response(500, code="error", title="Something went wrong on our side.")
    return render(request, "500.html", status=500)
