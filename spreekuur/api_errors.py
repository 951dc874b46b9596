"""Errors of the API as application/problem+json (RFC 9457)."""

import logging
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from advisors.availability.errors import SlotTaken
from bookings.api.representations import slots_to_json
from core.batch import describe_error
from core.errors import Refusal
from core.problem_details import CONTENT_TYPE, problem_body

CODES = {403: "permission_denied", 404: "not_found"}  # for Django's own exceptions, which have no code
NOT_FOUND = {"code": "not_found", "title": "Not found."}
OUT_OF_RANGE = {"code": "out_of_range", "title": "A number or moment is out of range."}
logger = logging.getLogger(__name__)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Exception handler of REST framework. A Refusal becomes a 409 with its code and sentence."""
    if isinstance(error, SlotTaken):
        alternatives = slots_to_json(error.alternatives)
        return _problem(409, code=error.code, title=str(error), alternatives=alternatives)
    if isinstance(error, Refusal):
        return _problem(409, code=error.code, title=str(error))
    if isinstance(error, ObjectDoesNotExist | OverflowError | DataError):
        logger.warning("a request that cannot be answered: %s", describe_error(error))
        is_gone = isinstance(error, ObjectDoesNotExist)  # erased between reading and locking it
        return _problem(404, **NOT_FOUND) if is_gone else _problem(400, **OUT_OF_RANGE)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        return _problem(400, code="invalid", title="The body is not valid.", errors=response.data)
    detail = error.detail if isinstance(error, APIException) else response.data.get("detail", "")
    code = getattr(error, "default_code", "") or CODES.get(response.status_code, "error")
    answer = _problem(response.status_code, code=code, title=str(detail))
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def _problem(status: int, *, code: str, title: str, **more: Any) -> Response:
    return Response(problem_body(status, code=code, title=title, **more), status=status, content_type=CONTENT_TYPE)
