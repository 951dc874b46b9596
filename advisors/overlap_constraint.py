"""Database constraint: bookings and holds of one advisor never overlap.

PostgreSQL: an exclusion constraint (btree_gist over the advisor and a half-open tstzrange). SQLite has none, so two
triggers do the same. Django rebuilds a table on SQLite for almost any change and silently drops its triggers, so
`restore` runs after every migrate.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

TABLE = "advisors_agendaentry"
NAME = "agenda_entry_no_overlap"
_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} EXCLUDE USING gist"
    " (advisor_id WITH =, tstzrange(busy_from, busy_until, '[)') WITH &&) WHERE (kind IN ('booking', 'hold'))",
)


def _trigger(event: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {NAME}_{event.lower()} BEFORE {event} ON {TABLE}"  # noqa: S608
        " WHEN NEW.kind IN ('booking', 'hold') AND EXISTS ("
        f" SELECT 1 FROM {TABLE} AS other WHERE other.advisor_id = NEW.advisor_id AND other.id IS NOT NEW.id"
        " AND other.kind IN ('booking', 'hold')"
        " AND other.busy_until > NEW.busy_from AND other.busy_from < NEW.busy_until)"
        f" BEGIN SELECT RAISE(ABORT, '{NAME}'); END"
    )


def add(connection: BaseDatabaseWrapper) -> None:
    """Create the constraint."""
    statements = _POSTGRESQL if connection.vendor == "postgresql" else (_trigger("INSERT"), _trigger("UPDATE"))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the constraint."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}_insert")
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}_update")


def restore(*, using: str, **kwargs: Any) -> None:
    """Recreate the triggers on SQLite after migrate (post_migrate receiver)."""
    connection = connections[using]
    if connection.vendor == "sqlite" and TABLE in connection.introspection.table_names():
        add(connection)


class AddNoOverlap(Operation):
    """Migration operation that adds the constraint on PostgreSQL and SQLite."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the model state as it is."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        add(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        drop(schema_editor.connection)

    def describe(self) -> str:
        return "Own entries of one advisor never overlap"
