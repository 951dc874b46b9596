"""Spreekuur with the lock of an agenda taken out: shows who else holds, and that the races can fail at all."""

import sys
from threading import Barrier, BrokenBarrierError

from django.db import connection

from advisors import services

PATIENCE_SECONDS = 0.2


class Meeting:
    """Whoever is about to write waits a moment for another who is, so that both have seen the time free."""

    def __init__(self):
        self.barrier = Barrier(2)

    def wait(self):
        try:
            self.barrier.wait(timeout=PATIENCE_SECONDS)
        except BrokenBarrierError:
            self.barrier.reset()


def no_lock(*advisors):
    """On SQLite the lock is the transaction itself, so it is ended there."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("COMMIT")


def take_the_lock_away(*, wait, change=setattr):
    """Wherever it was imported. `wait` is called when time is about to be written: the free time was seen by then."""
    lock, write = services.lock_agenda, services._write

    def write_together(*arguments, **named):
        wait()
        return write(*arguments, **named)

    for module in list(sys.modules.values()):
        if getattr(module, "lock_agenda", None) is lock:
            change(module, "lock_agenda", no_lock)
    change(services, "_write", write_together)
