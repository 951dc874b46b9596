"""Remove the agenda lock: a negative control for the race tests."""

import sys
from threading import Event, Lock

from django.db import connection

from advisors import services

TIMEOUT_SECONDS = 5


class Rendezvous:
    """Makes a writer wait for another writer of the same slot, so that both have seen it as free."""

    def __init__(self):
        self.waiting, self.lock = {}, Lock()

    def wait(self, slot):
        met = Event()
        with self.lock:
            other = next((event for event, wanted in self.waiting.items() if _overlap(wanted, slot)), None)
            if other is not None:
                del self.waiting[other]
                other.set()
                return
            self.waiting[met] = slot
        met.wait(timeout=TIMEOUT_SECONDS)
        with self.lock:
            self.waiting.pop(met, None)


def _overlap(first, second):
    is_same = first.advisor_id == second.advisor_id
    return is_same and first.busy_from < second.busy_until and second.busy_from < first.busy_until


def skip_lock(*advisors):
    """Replacement of `lock_agenda`. On SQLite the transaction is the lock, so it is committed."""
    if connection.vendor == "sqlite" and connection.connection.in_transaction:
        connection.cursor().execute("COMMIT")


def remove_agenda_lock(*, wait, change=setattr):
    """Replace `lock_agenda` in every module. `wait` is called with the free slot right before the write."""
    lock, write = services.lock_agenda, services._write

    def write_together(slot, *others):
        wait(slot)
        return write(slot, *others)

    for module in list(sys.modules.values()):
        if getattr(module, "lock_agenda", None) is lock:
            change(module, "lock_agenda", skip_lock)
    change(services, "_write", write_together)
