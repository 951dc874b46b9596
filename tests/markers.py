"""What the markers of the tests promise, and what of it can be checked.

`both_databases`: on SQLite as well, also in `make test`. `race`, `process`, `oracle`, `browser`: needs
threads that meet in the database, other programs, programs that judge ours, Chromium. `control`: shows that another
test can fail, by taking out what it protects.
"""

import re
import sys
from contextlib import contextmanager

PROTECTIONS = "lock|claim|withdrawal|final_check|condition|constraint"
CONTROL = re.compile(rf"test_without_(the_)?({PROTECTIONS})|test_the_race_is_lost_without")
HOLDS = "test_without_the_lock_the_database_alone_still_holds"  # once a test of the constraint, elsewhere a control
STARTS = {"process", "oracle", "browser"}
DATABASE_FIXTURES = {"db", "transactional_db"}
running = []  # the test of this moment; empty between tests


def has(item, name):
    return item.get_closest_marker(name) is not None


def asks_a_database(item):
    return has(item, "django_db") or bool(DATABASE_FIXTURES & set(item.fixturenames))


def faults_of(item):
    """What is wrong with the markers of a test, as far as its name and fixtures tell."""
    if any(mark.name == "both_databases" for mark in item.own_markers) and not asks_a_database(item):
        yield f"{item.nodeid}: both_databases, and it asks none"
    if bool(CONTROL.match(item.name)) != has(item, "control") and item.name != HOLDS:
        yield f"{item.nodeid}: a test that takes a protection out is a control, and nothing else is"
    if ("/browser/" in item.nodeid) != has(item, "browser"):
        yield f"{item.nodeid}: what uses Chromium stands in tests/browser"


def needs(*names):
    """Fails a test that does what none of these markers announces."""
    if running and not any(has(running[-1], name) for name in names):
        raise AssertionError(f"{running[-1].nodeid} needs the marker {' or '.join(names)}")


@contextmanager
def on_behalf_of_all():
    """What a test needs first and others find ready is not of that test."""
    before, running[:] = running[:], []
    try:
        yield
    finally:
        running[:] = before


def watch_processes():
    """From now on, whatever starts one."""
    sys.addaudithook(lambda event, _arguments: needs(*sorted(STARTS)) if event == "subprocess.Popen" else None)
