"""Middleware: what no database can store is refused before a view sees it, and a row that vanished is not found."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse

from core.batch import describe_error
from spreekuur.error_views import bad_request, page_not_found

GetResponse = Callable[[HttpRequest], HttpResponse]
MAX_KEY = 2**63 - 1  # PostgreSQL's bigint and SQLite's integer
NUL = "\x00"  # PostgreSQL stores none in a text
HASHED = "token"  # of a private link or feed: only its hash reaches the database, and its page says what to do
NOT_STORABLE = (OverflowError, DataError)  # SQLite, PostgreSQL
logger = logging.getLogger(__name__)


def storable_requests(get_response: GetResponse) -> GetResponse:
    """Respond 400 to NUL in the query and to a number without room in the database, 404 to one in the path.

    A row that is erased between reading and locking it (`DoesNotExist`) is a 404 as well. Placed before the session
    middleware, because a cookie with NUL counts as no cookie.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if NUL in value]:
            del request.COOKIES[name]
        return get_response(request)

    def process_view(request: HttpRequest, _view: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        stored = [value for name, value in kwargs.items() if name != HASHED]
        if not all(_is_storable(value) for value in (*args, *stored)):
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        if NUL in query or "%00" in query:
            raise BadRequest("The address holds a NUL byte.")

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, (ObjectDoesNotExist, *NOT_STORABLE)):
            return None
        logger.warning("a request that cannot be answered: %s", describe_error(error))
        return bad_request(request, error) if isinstance(error, NOT_STORABLE) else page_not_found(request, error)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _is_storable(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) <= MAX_KEY
    return not isinstance(value, str) or NUL not in value
