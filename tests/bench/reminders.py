"""Send reminders that are all due in the same minute, on the database of the environment, while workers are killed.

`python -m tests.bench.reminders --reminders 10000`: the last line is JSON. Leases are as long as in production: a
message of a killed worker waits until its lease ends.
"""

import argparse
import json
import os

import django

django.setup()  # before models are imported

from django.db import connection  # noqa: E402

from tests.bench.servers import Installation  # noqa: E402
from tests.soak.checks import check_messages  # noqa: E402
from tests.soak.run import REMINDERS_PER_TALK, Plan, soak  # noqa: E402
from tests.soak.workers import SENDERS, machines  # noqa: E402

MACHINES = 2
KILLS, KILL_EVERY = 4, 12.0
TIMEOUT_SECONDS = 900


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reminders", type=int, required=True)
    options = parser.parse_args()
    plan = Plan(
        talks=options.reminders // REMINDERS_PER_TALK,
        processes=MACHINES,
        seed=1,
        changes=0,
        kills=KILLS,
        kill_every=KILL_EVERY,
        pace=1,
        patience=TIMEOUT_SECONDS,
        wild=0,
        only_reminders=True,
    )
    observed = soak(Installation(connection.vendor, dict(os.environ)), plan, machines)
    report = check_messages(observed)
    wrong = {"value": len(report.faults), "lost": report.lost, "doubled": report.doubled, "uncertain": report.uncertain}
    seconds = max(at for _key, at, *_rest in observed.receipts) - observed.began_at
    print(json.dumps({"messages": report.sent, "seconds": seconds, "killed": SENDERS * KILLS, **wrong}))


if __name__ == "__main__":
    main()
