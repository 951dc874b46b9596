"""Many at once, for real: threads that start together, each with its own connection to the database."""

from threading import Barrier, Thread

from django.db import connection

from advisors import overlap_constraint


def at_once(calls, *, threads=32):
    """Run every call, `threads` of them starting at the same moment; answers and exceptions in the order of calls."""
    answers = [None] * len(calls)
    together = Barrier(threads)

    def work(first):
        try:
            for number in range(first, len(calls), threads):
                together.wait(timeout=120)
                answers[number] = _answer(calls[number])
        finally:
            connection.close()

    assert len(calls) % threads == 0, "every thread does as much as the others, or the barrier waits for ever"
    workers = [Thread(target=work, args=[first]) for first in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=300)
    return answers


def _answer(call):
    try:
        return call()
    except Exception as error:
        return error


class WithoutConstraint:
    """Takes the database's own constraint away for as long as the test lasts."""

    def __enter__(self):
        overlap_constraint.drop(connection)

    def __exit__(self, *error):
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {overlap_constraint.TABLE} SET kind = 'external'"
            )  # what overlaps may not come back
        overlap_constraint.add(connection)


def overlaps(entries):
    """Pairs of taken times of one advisor that overlap: what may never be."""
    rows = sorted(entries.values_list("advisor_id", "busy_from", "busy_until"))
    return [
        (first, second)
        for number, first in enumerate(rows)
        for second in rows[number + 1 :]
        if first[0] == second[0] and second[1] < first[2]
    ]


def somebody_waits():
    """On PostgreSQL: whether anybody waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
