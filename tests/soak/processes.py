"""Worker processes of the small soak, forked from one that has everything loaded, killed and born again when told.

`python -m tests.soak.processes`: the first line of standard input is the task, as JSON. Then every line is the number
of a child to kill; the answer says between which moments it died. Ends, with all of them, when the input does.
"""

import json
import os
import signal
import sys
import time

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.tasks import send_what_is_due  # noqa: E402
from outbox.delivery import worker  # noqa: E402
from tests.soak.fast_time import hurry  # noqa: E402

PAUSE_SECONDS = 0.03
SCAN_SECONDS = 0.5


def main():
    task = json.loads(sys.stdin.readline())
    hurry(task["pace"])
    connection.close()
    children = [born() for _ in range(task["processes"])]
    try:
        for line in sys.stdin:
            number, began_at = int(line), time.monotonic()
            end(children[number])
            print(json.dumps([began_at, time.monotonic()]), flush=True)
            children[number] = born()
    finally:
        for child in children:
            end(child)


def born():
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
    """What a worker does: the scans of the minute, and deliver; whatever goes wrong, it comes back."""
    scan_at = 0
    while not is_over():
        try:
            if time.monotonic() > scan_at:
                send_what_is_due()
                scan_at = time.monotonic() + SCAN_SECONDS
            worker.deliver_due(now=timezone.now())
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
