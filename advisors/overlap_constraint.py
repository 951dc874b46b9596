"""Database constraint: bookings and holds of one advisor never overlap.

PostgreSQL: an exclusion constraint (btree_gist over the advisor and a half-open tstzrange). SQLite has none, so two
triggers do the same.
"""

from core.database_objects import DatabaseObject

TABLE = "advisors_agendaentry"
NAME = "agenda_entry_no_overlap"


def _trigger(event: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {NAME}_{event.lower()} BEFORE {event} ON {TABLE}"  # noqa: S608
        " WHEN NEW.kind IN ('booking', 'hold') AND EXISTS ("
        f" SELECT 1 FROM {TABLE} AS other WHERE other.advisor_id = NEW.advisor_id AND other.id IS NOT NEW.id"
        " AND other.kind IN ('booking', 'hold')"
        " AND other.busy_until > NEW.busy_from AND other.busy_from < NEW.busy_until)"
        f" BEGIN SELECT RAISE(ABORT, '{NAME}'); END"
    )


NO_OVERLAP = DatabaseObject(
    table=TABLE,
    name=NAME,
    description="Own entries of one advisor never overlap",
    create_sql={
        "postgresql": (
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} EXCLUDE USING gist"
            " (advisor_id WITH =, tstzrange(busy_from, busy_until, '[)') WITH &&) WHERE (kind IN ('booking', 'hold'))",
        ),
        "sqlite": (_trigger("INSERT"), _trigger("UPDATE")),
    },
    drop_sql={
        "postgresql": (f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}",),
        "sqlite": (f"DROP TRIGGER IF EXISTS {NAME}_insert", f"DROP TRIGGER IF EXISTS {NAME}_update"),
    },
)
