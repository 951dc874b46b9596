"""Statements that Django writes once: to write one took it longer than the database needs to answer."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
FIRST_MARK = -(1 << 40)  # below any key; holds the place of a value


class Statement(NamedTuple):
    sql: str
    values: tuple[Any, ...]


class Prepared:
    """A queryset of one shape; its values are keys of rows, in the order of `build`'s arguments.

    `found = Prepared(lambda pk: Advisor.objects.active().filter(pk=pk), 1)`, then `found(7)` is its Statement.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], values: int) -> None:
        self._build, self._marks = build, range(FIRST_MARK, FIRST_MARK + values)

    def __call__(self, *values: int) -> Statement:
        sql, written = self._written
        places = dict(zip(self._marks, values, strict=True))
        return Statement(sql, tuple(places.get(value, value) for value in written))

    @cached_property
    def _written(self) -> tuple[str, tuple[Any, ...]]:
        return self._build(*self._marks).order_by().query.sql_with_params()


def finds_a_row(statement: Statement) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return cursor.fetchone() is not None


def row_of(model: type[Row], statement: Statement) -> Row:
    """The statement gives all columns of the model, and one row. Raises the model's DoesNotExist."""
    found: Row | None = next(iter(model._default_manager.raw(*statement)), None)
    if found is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return found
