"""Reminders that are all due in the same minute, on the database of the environment, while workers are killed.

`python -m tests.bench.reminders --reminders 10000`: the last line is JSON. Workers have the patience of a real house:
a message of one that died waits until its lease is over.
"""

import argparse
import json
import os

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection  # noqa: E402

from tests.bench.servers import House  # noqa: E402
from tests.soak.checks import books_of  # noqa: E402
from tests.soak.run import REMINDERS_OF_A_TALK, Plan, soak  # noqa: E402
from tests.soak.workers import SENDERS, machines  # noqa: E402

MACHINES = 2
KILLS, KILL_EVERY = 4, 12.0
PATIENCE_SECONDS = 900


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reminders", type=int, required=True)
    options = parser.parse_args()
    plan = Plan(
        talks=options.reminders // REMINDERS_OF_A_TALK,
        processes=MACHINES,
        seed=1,
        changes=0,
        kills=KILLS,
        kill_every=KILL_EVERY,
        pace=1,
        patience=PATIENCE_SECONDS,
        wild=0,
        only_reminders=True,
    )
    told = soak(House(connection.vendor, dict(os.environ)), plan, machines)
    books = books_of(told)
    wrong = {"value": len(books.faults), "lost": books.lost, "doubled": books.doubled, "uncertain": books.uncertain}
    seconds = max(at for _key, at, *_rest in told.receipts) - told.began_at
    print(json.dumps({"messages": books.sent, "seconds": seconds, "killed": SENDERS * KILLS, **wrong}))


if __name__ == "__main__":
    main()
