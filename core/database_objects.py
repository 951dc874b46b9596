"""Constraints and triggers that Django's models cannot describe, with the migration operation that creates them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


@dataclass(frozen=True, kw_only=True)
class DatabaseObject:
    """Constraint or trigger of one table, as SQL per database vendor ("postgresql", "sqlite")."""

    table: str
    name: str
    description: str
    create_sql: Mapping[str, tuple[str, ...]]
    drop_sql: Mapping[str, tuple[str, ...]]

    def create(self, connection: BaseDatabaseWrapper) -> None:
        """Create it. The statements for SQLite may be repeated."""
        _execute(connection, self.create_sql)

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        """Drop it, if it exists."""
        _execute(connection, self.drop_sql)

    def restore(self, *, using: str, **kwargs: Any) -> None:
        """Create it again on SQLite after every migrate (post_migrate receiver).

        Django rebuilds a table on SQLite for almost any change and drops its triggers silently.
        """
        connection = connections[using]
        if connection.vendor == "sqlite" and self.table in connection.introspection.table_names():
            self.create(connection)


class CreateDatabaseObject(Operation):
    """Migration operation that creates a DatabaseObject and leaves the state of the models as it is."""

    reversible = True

    def __init__(self, created: DatabaseObject) -> None:
        self.created = created

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the model state as it is."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        self.created.create(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        self.created.drop(schema_editor.connection)

    def describe(self) -> str:
        return self.created.description


def _execute(connection: BaseDatabaseWrapper, statements: Mapping[str, tuple[str, ...]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
