"""What every test stands on: its database, its markers, and that nothing is left out in silence."""

import os

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import databases, markers
from tests.processes import HANG_SECONDS

# How long an example takes says how busy the machine is, and nothing of our code.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")
DATABASES = ("postgresql", "sqlite")
LONG = ("test_torture", "test_soak", "test_redis", "test_watchdog", "test_run.")
ABOUT_DATABASES = ("only_on", "both_databases")
NOTHING_SKIPPED = os.environ.get("SPREEKUUR_NOTHING_SKIPPED") == "1"


def pytest_addoption(parser):
    parser.addoption("--second-database", action="store_true", help="only tests that are about this database as well")


def pytest_configure():
    """What keeps an installation fast or safe and a test only waiting; servers that tests start have it as it is.

    Whitenoise lists every static file when it starts, which a client of a test does at its first request. Argon2 is
    slow because an attacker has to wait as well. Nothing of a test database need survive a crash, and a race may wait
    for it as long as a slow machine needs.
    """
    settings.WHITENOISE_AUTOREFRESH = True
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1
    options = settings.DATABASES["default"]["OPTIONS"]
    if connection.vendor == "postgresql":
        options["connect_timeout"] = HANG_SECONDS
    else:
        options["timeout"] = HANG_SECONDS
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    TransactionTestCase._fixture_teardown = lambda case: databases.empty_tables()
    markers.watch_processes()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Instead of pytest-django's, which migrates in every process."""
    own = databases.own_database()
    with django_db_blocker.unblock():
        own.__enter__()
    yield
    with django_db_blocker.unblock():
        own.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def first_language():
    """A request leaves its language behind in the thread; the next test starts in the first one."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    """While messages leave no second passes, unless a test says so."""
    monkeypatch.setattr("outbox.clock.seconds", lambda: 0.0)


def pytest_ignore_collect(collection_path, config):
    """A file without a word of databases need not be imported for the second one."""
    if not config.option.second_database or collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    return None if any(word in collection_path.read_text() for word in ABOUT_DATABASES) else True


def pytest_collection_modifyitems(config, items):
    """What only one database can show is not collected on the other: a skip would look like a gap.

    What takes long comes first among its kind: as the last of a worker it would let the others wait.
    """
    here = [item for item in items if _belongs_here(item, config.option.second_database)]
    config.hook.pytest_deselected(items=[item for item in items if item not in here])
    items[:] = sorted(here, key=_order)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    markers.running.append(item)
    try:
        return (yield)
    finally:
        markers.running.pop()


def _order(item):
    """As pytest-django has it: in a transaction, then what empties the tables, then what asks no database."""
    marker = item.get_closest_marker("django_db")
    empties_tables = bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in item.fixturenames
    kind = int(empties_tables) if markers.asks_a_database(item) else 2
    return kind, not item.path.name.startswith(LONG)


def _belongs_here(item, is_second):
    only = item.get_closest_marker("only_on")
    if only and only.args not in [(database,) for database in DATABASES]:
        raise pytest.UsageError(f"{item.nodeid}: only_on takes one of {DATABASES}, not {only.args}")
    if only:
        return only.args[0] == connection.vendor
    return not is_second or (markers.has(item, "both_databases") and markers.asks_a_database(item))


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
