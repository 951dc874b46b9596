"""One soak on the database and the queue of the environment: everybody is let loose, and then the books are compared.

The last line is the sum: `N sent, N lost, N doubled, N uncertain, N stale`.
"""

import argparse
import os
import sys

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection  # noqa: E402

from tests.bench.servers import House  # noqa: E402
from tests.soak.checks import books_of  # noqa: E402
from tests.soak.run import OF_A_TALK, Plan, soak  # noqa: E402
from tests.soak.workers import A_MINUTE, machines  # noqa: E402

CHANGED = 0.25  # of the talks are cancelled or moved
A_DEATH_EVERY = 6.0  # seconds
MESSAGES_OF_A_DEATH = 400
LATE_SECONDS = 4  # what Twilio tells, and what is posted for it
SECONDS_OF_A_MESSAGE = 0.15  # at most; what is not sent by then is lost


def main():
    parser = argparse.ArgumentParser()
    for name in ("messages", "processes", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    house = House(connection.vendor, dict(os.environ))
    books = books_of(soak(house, plan_of(options), machines))
    print(*books.faults, books, sep="\n")
    sys.exit(1 if books.faults else 0)


def plan_of(options):
    talks, pace = -(-options.messages // OF_A_TALK), float(os.environ["SOAK_PACE"])
    return Plan(
        talks=talks,
        processes=options.processes,
        seed=options.seed,
        changes=int(talks * CHANGED),
        kills=max(options.messages // MESSAGES_OF_A_DEATH, 3),
        kill_every=A_DEATH_EVERY,
        pace=pace,
        patience=120 + options.messages * SECONDS_OF_A_MESSAGE,
        has_web=True,
        rest=A_MINUTE / pace + LATE_SECONDS,
        restarts=os.environ.get("POSTGRES_RESTART", ""),
    )


if __name__ == "__main__":
    main()
