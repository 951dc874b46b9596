"""Database trigger that makes the audit log append-only.

PostgreSQL refuses UPDATE, and DELETE of entries that are less than a year old, whatever the application or policy says:
the trigger reads the entry and the clock and no setting, so nothing can switch it off for a moment. TRUNCATE stays
possible, for a test database that is emptied. SQLite refuses UPDATE only: Django empties a test database there with
DELETE.
"""

from core.database_objects import DatabaseObject

TABLE = "organisation_auditevent"
NAME = "audit_event_is_append_only"

APPEND_ONLY = DatabaseObject(
    table=TABLE,
    name=NAME,
    description="Make the audit log append-only",
    create_sql={
        "postgresql": (
            f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN RETURN OLD; END IF;"
            f" RAISE EXCEPTION '{NAME}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE OR REPLACE TRIGGER {NAME} BEFORE UPDATE OR DELETE ON {TABLE}"
            f" FOR EACH ROW EXECUTE FUNCTION {NAME}()",
        ),
        "sqlite": (
            f"CREATE TRIGGER IF NOT EXISTS {NAME} BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{NAME}'); END",
        ),
    },
    drop_sql={
        "postgresql": (f"DROP TRIGGER IF EXISTS {NAME} ON {TABLE}", f"DROP FUNCTION IF EXISTS {NAME}()"),
        "sqlite": (f"DROP TRIGGER IF EXISTS {NAME}",),
    },
)
