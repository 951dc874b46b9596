"""Test databases: migrated once per run, copied for every process of pytest, emptied where something stands."""

import fcntl
import hashlib
import os
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from tests import markers

ROOT = Path(__file__).parent.parent
VAR = ROOT / "var"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE_LOCK = 7_700_700  # of PostgreSQL's advisory locks
MIGRATE = "from tests.databases import migrate; migrate()"
OF_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}  # what migrate writes into them stays


@contextmanager
def own_database():
    """The one of this process for as long as it lasts; `connection` and all threads use it."""
    before = connection.settings_dict["NAME"]
    made = _postgresql_copy() if connection.vendor == "postgresql" else _sqlite_copy()
    with made as name:
        _use(name)
        yield
        _use(before)


def migrated_sqlite():
    """A file with all tables, also that of the cache, and nothing in them; to be copied."""
    VAR.mkdir(exist_ok=True)
    file = VAR / f"test_migrated_{_version()}.sqlite3"
    with (VAR / "test_migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            for old in VAR.glob("test_migrated_*.sqlite3*"):
                old.unlink()
            new = VAR / f"test_new_{secrets.token_hex(4)}.sqlite3"
            _migrate_apart(f"sqlite:///{new}")
            new.rename(file)
    return file


def copy_sqlite(source, target):
    """Copy a database with what stands in its write-ahead log: a process that was stopped may leave some there."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def migrated_postgresql():
    """The name of a database on the server of the tests, for CREATE DATABASE ... TEMPLATE."""
    name = f"test_spreekuur_template_{_version()}"
    with maintenance() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            old = server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_spreekuur\_template\_%'")
            for (unused,) in old.fetchall():
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(unused)))
            new = f"{name}_new"
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(new)))
            _migrate_here(new)
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (new, name))))
    return name


def copy_postgresql(name):
    """Replaces what stands under this name."""
    template = migrated_postgresql()
    with maintenance() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        drop_postgresql(name)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template))))


def drop_postgresql(name):
    with maintenance() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def maintenance():
    """A connection beside all test databases."""
    place = settings.DATABASES["default"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return psycopg.connect(
        dbname="postgres", autocommit=True, **{name: place[key] or None for name, key in names.items()}
    )


def empty_tables():
    """As `manage.py flush`, but only of tables in which something stands: most tests fill a few of eighty.

    PostgreSQL's triggers, also the one that keeps the audit trail, rest meanwhile; SQLite's lets DELETE pass.
    """
    names = set(connection.introspection.django_table_names(only_existing=False, include_views=False)) - OF_MIGRATE
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in sorted(names))
    rest, resume = (
        ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
        if connection.vendor == "postgresql"
        else ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON")
    )
    with connection.cursor() as cursor:
        cursor.execute(filled)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(rest)
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute(resume)


def _use(name):
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@contextmanager
def _postgresql_copy():
    name = f"{connection.settings_dict['TEST']['NAME']}_{WORKER}"
    copy_postgresql(name)
    yield name
    connection.close()
    drop_postgresql(name)


@contextmanager
def _sqlite_copy():
    usual = Path(connection.settings_dict["TEST"]["NAME"])
    file = usual.with_name(f"{usual.stem}_{WORKER}.sqlite3")
    _remove(file)
    copy_sqlite(migrated_sqlite(), file)
    yield str(file)
    connection.close()
    _remove(file)


def _remove(file):
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def _migrate_here(name):
    before = connection.settings_dict["NAME"]
    _use(name)
    migrate()
    _use(before)


def migrate():
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _migrate_apart(url):
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", MIGRATE]
    environment = os.environ | {"DATABASE_URL": url, "DEBUG": "1"}
    with markers.on_behalf_of_all():
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _version():
    """Of everything that may change what migrate does."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for folder in sorted(ROOT.glob("*/__init__.py")):
        for file in sorted(folder.parent.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
