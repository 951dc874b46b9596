"""Other processes: making a house for them, and waiting without guessing how long that takes."""

from time import monotonic, sleep

PATIENCE_SECONDS = 90
MIGRATE = (  # for `manage.py shell`: the tables of a house and of its cache, by one process
    "from django.core.management import call_command as call; call('migrate', verbosity=0); call('createcachetable')"
)


def wait_for(find):
    """What `find` finds, as soon as it does."""
    give_up_at = monotonic() + PATIENCE_SECONDS
    while monotonic() < give_up_at:
        if found := find():
            return found
        sleep(0.1)
    raise AssertionError(f"{find.__name__} never came")
