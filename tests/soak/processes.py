"""Worker processes of the small soak: forked from a loaded process, killed and forked again on request.

`python -m tests.soak.processes`: the first line of standard input is the task as JSON. Each further line is the number
of a child to kill; the response has the times between which it died. Exits with all children at the end of the input.
"""

import json
import os
import signal
import sys
import time

import django

django.setup()  # before models are imported

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.tasks import send_what_is_due  # noqa: E402
from outbox.delivery import worker  # noqa: E402
from tests.soak.checks import receiver_key  # noqa: E402
from tests.soak.fast_time import shorten_timeouts  # noqa: E402

PAUSE_SECONDS, IDLE_SECONDS = 0.03, 0.2
SCAN_SECONDS = 0.5


def main():
    task = json.loads(sys.stdin.readline())
    shorten_timeouts(task["pace"], answer_seconds=task["answer_seconds"])
    note_final_checks(task["final_checks"])
    connection.close()
    children = [fork_worker() for _ in range(task["processes"])]
    try:
        for line in sys.stdin:
            number, began_at = int(line), time.monotonic()
            end(children[number])
            print(json.dumps([began_at, time.monotonic()]), flush=True)
            children[number] = fork_worker()
    finally:
        for child in children:
            end(child)


def note_final_checks(place):
    """A line for every final check, with the moment before it: which change it must have seen is a matter of order."""
    check = worker._check_is_still_due

    def noted(message, **how):
        with open(place, "a") as notes:
            notes.write(json.dumps([receiver_key(message), time.monotonic()]) + "\n")
        return check(message, **how)

    worker._check_is_still_due = noted


def fork_worker():
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    sys.stdin.close()
    work_until(lambda: os.getppid() != parent)
    os._exit(0)


def end(child):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def work_until(is_over):
    """Run the periodic scans and deliver messages, and go on after any error."""
    scan_at = 0
    while not is_over():
        sent = 0
        try:
            if time.monotonic() > scan_at:
                send_what_is_due()
                scan_at = time.monotonic() + SCAN_SECONDS
            sent = worker.deliver_due(now=timezone.now())
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        time.sleep(PAUSE_SECONDS if sent else IDLE_SECONDS)


if __name__ == "__main__":
    main()
