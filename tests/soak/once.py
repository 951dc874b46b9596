"""One soak run on the database and queue of the environment, followed by the checks.

The last line is the total: `N sent, N lost, N doubled, N uncertain, N stale`.
"""

import argparse
import os
import sys

import django

django.setup()  # before models are imported

from django.db import connection  # noqa: E402

from tests.bench.servers import Installation  # noqa: E402
from tests.soak.checks import check_messages  # noqa: E402
from tests.soak.run import MESSAGES_PER_TALK, Plan, soak  # noqa: E402
from tests.soak.workers import PERIODIC_SECONDS, machines  # noqa: E402

CHANGED = 0.25  # share of the talks that are cancelled or moved
KILL_EVERY_SECONDS = 6.0
MESSAGES_PER_KILL = 400
LATE_SECONDS = 4  # for status callbacks and the messages that they cause
SECONDS_PER_MESSAGE = 0.15  # messages that take longer count as lost


def main():
    parser = argparse.ArgumentParser()
    for name in ("messages", "processes", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    installation = Installation(connection.vendor, dict(os.environ))
    report = check_messages(soak(installation, make_plan(options), machines))
    print(*report.faults, report, sep="\n")
    sys.exit(1 if report.faults else 0)


def make_plan(options):
    talks, pace = -(-options.messages // MESSAGES_PER_TALK), float(os.environ["SOAK_PACE"])
    return Plan(
        talks=talks,
        processes=options.processes,
        seed=options.seed,
        changes=int(talks * CHANGED),
        kills=max(options.messages // MESSAGES_PER_KILL, 3),
        kill_every=KILL_EVERY_SECONDS,
        pace=pace,
        patience=120 + options.messages * SECONDS_PER_MESSAGE,
        has_web=True,
        rest=PERIODIC_SECONDS / pace + LATE_SECONDS,
        restarts=os.environ.get("POSTGRES_RESTART", ""),
    )


if __name__ == "__main__":
    main()
