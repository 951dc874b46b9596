"""Lookup of keys that a subquery selects."""

from typing import Any

from django.db.models import Field, Q, QuerySet
from django.db.models.lookups import In


@Field.register_lookup
class InKeys(In):
    """Like `in`, but PostgreSQL selects the keys once and before the rest.

    As a semi-join with a UNION it plans by estimates that differ by chance, and then and now selects the keys anew for
    every row: seconds instead of milliseconds.
    """

    lookup_name = "in_keys"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = self.process_lhs(compiler, connection)
        keys, key_params = self.process_rhs(compiler, connection)
        return f"{sql} = ANY(ARRAY{keys})", [*params, *key_params]


def in_keys(field: str, keys: QuerySet[Any, Any]) -> Q:
    """Condition that this field is one of the keys; a field of another model ends in `__pk`."""
    return Q(**{f"{field}__in_keys": keys})
