"""Database trigger that makes the audit log append-only.

PostgreSQL refuses UPDATE, and DELETE of entries that are less than a year old, whatever the application or policy says:
the trigger reads the entry and the clock and no setting, so nothing can switch it off for a moment. TRUNCATE stays
possible, for a test database that is emptied. SQLite refuses UPDATE only: Django empties a test database there with
DELETE. Django rebuilds a table on SQLite for almost any change and drops its triggers silently: `restore_trigger` runs
after every migrate.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

TABLE = "organisation_auditevent"
NAME = "audit_event_is_append_only"
_POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN RETURN OLD; END IF;"
    f" RAISE EXCEPTION '{NAME}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE OR REPLACE TRIGGER {NAME} BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()",
)
_SQLITE = (f"CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{NAME}'); END",)


def create_trigger(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def drop_trigger(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME} ON {TABLE}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {NAME}()")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}")


def restore_trigger(*, using: str, **kwargs: Any) -> None:
    """Create the trigger again after every migrate: on SQLite a rebuilt table loses it."""
    connection = connections[using]
    if connection.vendor == "sqlite" and TABLE in connection.introspection.table_names():
        create_trigger(connection)


class AddAuditTrigger(Operation):
    """Migration operation that creates the trigger."""

    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models do not change."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        create_trigger(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        drop_trigger(schema_editor.connection)

    def describe(self) -> str:
        return "Make the audit log append-only"
