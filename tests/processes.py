"""Helpers for tests with other processes: create their tables, and wait for a condition."""

from time import monotonic, sleep

HANG_SECONDS = 300  # only what hangs takes so long, on the slowest machine
SILENCE_SECONDS = 3  # timeout for a server that never answers; every other answers sooner
MIGRATE = (  # for `manage.py shell`: create all tables and the cache table in one process
    "from django.core.management import call_command as call; call('migrate', verbosity=0); call('createcachetable')"
)


def wait_for(find):
    """Call `find` until it returns a true value, and return that."""
    give_up_at = monotonic() + HANG_SECONDS
    while monotonic() < give_up_at:
        if found := find():
            return found
        sleep(0.1)
    raise AssertionError(f"{find.__name__} never came")
