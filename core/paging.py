"""Pages of lists. What a row joins or computes is read for the rows of the page alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

PARAMETER = CursorPagination.cursor_query_param
NEWEST_FIRST = ("-pk",)


@dataclass(frozen=True)
class CursorPage:
    """Rows of a page, and the queries of the links to other pages; a query is empty where there is no such page."""

    object_list: Sequence[Any]
    first: str
    previous: str
    next: str
    last: str

    @property
    def has_other_pages(self) -> bool:
        return bool(self.previous or self.next)


class KeyPagination(CursorPagination):
    """Pages by position; NotFound for every cursor that cannot be read, also for one of another field's type."""

    ordering = NEWEST_FIRST

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:
            raise NotFound(self.invalid_cursor_message) from error


def cursor_page(
    rows: QuerySet[Any], request: HttpRequest, *, size: int, ordering: Sequence[Any] = NEWEST_FIRST
) -> CursorPage:
    """The page that `?cursor=` asks for, and the first one when that cursor cannot be read or has no rows any more.

    For long lists: by the position of a row and not by a number of rows to skip. The first field of `ordering` should
    be unique or nearly so: at most a thousand rows may share a value. The links keep other parameters of the request.
    """
    pagination = KeyPagination()
    pagination.ordering, pagination.page_size = ordering, size  # type: ignore[assignment]
    keys = _keys(rows).values("pk", str(ordering[0]).lstrip("-"))
    try:
        found = pagination.paginate_queryset(keys, Request(request))
    except NotFound:
        found = None
    if not found and PARAMETER in request.GET:
        request.GET = _without_cursor(request)
        found = pagination.paginate_queryset(keys, Request(request))
    previous, following = _query(pagination.get_previous_link()), _query(pagination.get_next_link())
    last = pagination.encode_cursor(Cursor(offset=0, reverse=True, position=None))
    return CursorPage(
        object_list=_whole_rows(rows, [row["pk"] for row in found or []]),
        first=f"?{_without_cursor(request).urlencode()}" if previous else "",
        previous=previous,
        next=following,
        last=_query(last) if following else "",
    )


def numbered_page(rows: QuerySet[Any], number: str | None, *, size: int) -> Page[Any]:
    """Page of a list that has a known number of pages; a number that does not exist gives the first or last page."""
    page = Paginator(_keys(rows).values_list("pk", flat=True), size).get_page(number)
    page.object_list = _whole_rows(rows, list(page.object_list))
    return page


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related(None).prefetch_related(None)


def _whole_rows(rows: QuerySet[Any], keys: list[Any]) -> list[Any]:
    if not keys:
        return []
    found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def _without_cursor(request: HttpRequest) -> Any:
    rest = request.GET.copy()
    rest.pop(PARAMETER, None)
    return rest


def _query(url: str | None) -> str:
    return f"?{url.partition('?')[2]}" if url else ""
