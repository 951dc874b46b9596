"""SQL compiled once per queryset: compiling it took Django longer than the database needs to run it."""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
FIRST_MARK = -(1 << 40)  # below any primary key: placeholder of a value in the compiled SQL


class Statement(NamedTuple):
    sql: str
    values: tuple[Any, ...]


class Prepared:
    """Queryset that is compiled once; its values are primary keys, in the order of the arguments of `build`.

    After `found = Prepared(lambda pk: Advisor.objects.active().filter(pk=pk), 1)`, `found(7)` is its Statement.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], values: int) -> None:
        self._build, self._marks = build, range(FIRST_MARK, FIRST_MARK + values)

    def __call__(self, *values: int) -> Statement:
        sql, parameters = self._compiled
        places = dict(zip(self._marks, values, strict=True))
        return Statement(sql, tuple(places.get(value, value) for value in parameters))

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...]]:
        return self._build(*self._marks).order_by().query.sql_with_params()


def finds_a_row(statement: Statement) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return cursor.fetchone() is not None


def row_of(model: type[Row], statement: Statement) -> Row | None:
    """First row as an instance; the statement selects the columns of the model, in the order of its fields."""
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        row = cursor.fetchone()
    return None if row is None else _instance(model, row)


class Joined:
    """SQL that reads one row of several tables, as an instance per model; None for a table without a row.

    In the SQL `{link}` stands for the columns of `link=AccessLink`; its table has the alias `link` too:
    `SELECT {candidate}, {link} FROM ... candidate LEFT JOIN ... link ON ... WHERE candidate.id = %s`.
    """

    def __init__(self, sql: str, **models: type[Model]) -> None:
        self._sql, self._models = sql, models

    def __call__(self, *values: Any) -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(self._compiled, values)
            row = cursor.fetchone()
        return None if row is None else tuple(self._instances(row))

    @cached_property
    def _compiled(self) -> str:
        quoted = connection.ops.quote_name
        columns = {
            name: ", ".join(f"{name}.{quoted(str(field.column))}" for field in model._meta.concrete_fields)
            for name, model in self._models.items()
        }
        return self._sql.format(**columns)

    def _instances(self, row: tuple[Any, ...]) -> Iterator[Model | None]:
        start = 0
        for model in self._models.values():
            end = start + len(_columns_of(model))
            has_row = row[start] is not None  # the primary key comes first
            yield _instance(model, row[start:end]) if has_row else None
            start = end


@lru_cache(maxsize=64)
def _columns_of(model: type[Model]) -> list[tuple[str, Any, list[Any]]]:
    """(attribute name, column, converters) of every field."""
    found = []
    for field in model._meta.concrete_fields:
        column = field.get_col(model._meta.db_table)
        from_database, from_field = connection.ops.get_db_converters(column), column.get_db_converters(connection)
        found.append((field.attname, column, [*from_database, *from_field]))
    return found


def _instance(model: type[Row], values: tuple[Any, ...]) -> Row:
    names, converted = [], []
    for (name, column, converters), value in zip(_columns_of(model), values, strict=True):
        for convert in converters:
            value = convert(value, column, connection)
        names.append(name)
        converted.append(value)
    return model.from_db(DEFAULT_DB_ALIAS, names, converted)
