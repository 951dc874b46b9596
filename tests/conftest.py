"""What every test stands on: the database it is for, and that nothing is left out in silence."""

import os

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.processes import HANG_SECONDS

# How long an example takes says how busy the machine is, and nothing of our code.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")
DATABASES = ("postgresql", "sqlite")
DATABASE_FIXTURES = {"db", "transactional_db"}
LONG = ("test_torture", "test_soak")
PAGES = ("test_views", "test_every_letter", "test_scanner")
NOTHING_SKIPPED = os.environ.get("SPREEKUUR_NOTHING_SKIPPED") == "1"


def pytest_configure():
    """What keeps a house fast or safe and a test only waiting; the servers that tests start have both as they are.

    Whitenoise lists every static file when it starts, which a client of a test does at its first request. Argon2 is
    slow because an attacker has to wait as well. A race may wait for the database as long as a slow machine needs.
    """
    wait = "connect_timeout" if "postgresql" in settings.DATABASES["default"]["ENGINE"] else "timeout"
    settings.DATABASES["default"]["OPTIONS"][wait] = HANG_SECONDS
    settings.WHITENOISE_AUTOREFRESH = True
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


@pytest.fixture(autouse=True)
def first_language():
    """A request leaves its language behind in the thread; the next test starts in the house's own."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    """While messages leave no second passes, unless a test says so."""
    monkeypatch.setattr("outbox.clock.seconds", lambda: 0.0)


def pytest_collection_modifyitems(config, items):
    """What only one database can show is not collected on the other: a skip would look like a gap.

    What takes long comes first among its kind: as the last of a worker it would let the others wait.
    """
    here = [item for item in items if _belongs_here(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in here])
    items[:] = sorted(here, key=_turn)


def _turn(item):
    """As pytest-django has it: in a transaction, then what empties the tables, then what asks no database."""
    marker = item.get_closest_marker("django_db")
    empties_tables = bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in item.fixturenames
    if not _asks_a_database(item):
        return 2, False
    return int(empties_tables), not item.path.name.startswith(LONG)


def _asks_a_database(item):
    return item.get_closest_marker("django_db") is not None or bool(DATABASE_FIXTURES & set(item.fixturenames))


def _belongs_here(item):
    """SQLite gets everything but what PostgreSQL alone can show; PostgreSQL gets what asks a database.

    What a page says is looked at once: test_access.py opens every page on both.
    """
    wanted = _only_on(item)
    if wanted is None and connection.vendor == "postgresql":
        return _asks_a_database(item) and not item.path.name.startswith(PAGES)
    return wanted in (None, connection.vendor)


def _only_on(item):
    marker = item.get_closest_marker("only_on")
    if marker and marker.args not in [(database,) for database in DATABASES]:
        raise pytest.UsageError(f"{item.nodeid}: only_on takes one of {DATABASES}, not {marker.args}")
    return marker and marker.args[0]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    return _failed_when_left_out((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    return _failed_when_left_out((yield))


def _failed_when_left_out(report):
    """In CI a test that is skipped, or expected to fail, is a failure; also when a whole file is left out."""
    if NOTHING_SKIPPED and (report.skipped or hasattr(report, "wasxfail")):
        report.longrepr = f"Nothing may be skipped or expected to fail here: {report.nodeid} ({report.longrepr})"
        report.outcome = "failed"
    return report
