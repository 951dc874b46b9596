"""Race tests: threads that start together, each with its own database connection."""

from threading import Barrier, Thread

from django.db import connection

from advisors.overlap_constraint import NO_OVERLAP
from tests.markers import needs
from tests.processes import HANG_SECONDS


def run_concurrently(calls, *, threads=32):
    """Run the calls in rounds of `threads` that start together. Returns results and exceptions in order."""
    needs("race")
    results = [None] * len(calls)
    barrier = Barrier(threads)

    def work(first):
        try:
            for number in range(first, len(calls), threads):
                barrier.wait(timeout=HANG_SECONDS)
                results[number] = _result(calls[number])
        finally:
            connection.close()

    assert len(calls) % threads == 0, "each thread runs the same number of calls, or the barrier waits for ever"
    workers = [Thread(target=work, args=[first]) for first in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=2 * HANG_SECONDS)
    return results


def _result(call):
    try:
        return call()
    except Exception as error:
        return error


class WithoutConstraint:
    """Context manager that removes the database constraint on overlaps."""

    def __enter__(self):
        NO_OVERLAP.drop(connection)

    def __exit__(self, *error):
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {NO_OVERLAP.table} SET kind = 'external'"
            )  # overlapping rows would violate the constraint
        NO_OVERLAP.create(connection)


def find_overlaps(entries):
    """Pairs of overlapping agenda entries of one advisor."""
    rows = sorted(entries.values_list("advisor_id", "busy_from", "busy_until"))
    return [
        (first, second)
        for number, first in enumerate(rows)
        for second in rows[number + 1 :]
        if first[0] == second[0] and second[1] < first[2]
    ]


def has_lock_waiter():
    """True when a session of this PostgreSQL database waits for a lock; other databases belong to other tests."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would always say the same
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
