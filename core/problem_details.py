"""Problem details, the JSON body of every error of the API (RFC 9457)."""

from typing import Any

from django.http import HttpRequest, JsonResponse

CONTENT_TYPE = "application/problem+json"
API_PATH = "/api/"


def problem_body(status: int, *, code: str, title: str, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "status": status, "title": title, "code": code, **more}


def problem_response(status: int, *, code: str, title: str) -> JsonResponse:
    """For errors outside the views of REST framework."""
    return JsonResponse(problem_body(status, code=code, title=title), status=status, content_type=CONTENT_TYPE)


def is_api_request(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PATH)
