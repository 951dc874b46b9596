"""Wait for other processes: for a condition instead of for a number of seconds."""

from time import monotonic, sleep

HANG_SECONDS = 300  # only what hangs takes so long, on the slowest machine
SILENCE_SECONDS = 3  # timeout for a server that never answers; every other answers sooner


def wait_for(find):
    """Call `find` until it returns a true value, and return that."""
    give_up_at = monotonic() + HANG_SECONDS
    while monotonic() < give_up_at:
        if found := find():
            return found
        sleep(0.1)
    raise AssertionError(f"{find.__name__} never came")
