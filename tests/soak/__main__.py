"""`make soak`: thousands of messages, workers that die, providers that fail, a database that is restarted, talks that
change; on the queue in the database and on Redis. Ends with 1 when a message was lost, stale or doubled without reason.

The lot is drawn from a seed, which is printed. What happens at the same moment is up to the machine.
"""

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
from time import monotonic

from tests.bench.servers import ROOT, empty_house, place_of_postgresql, say
from tests.soak.throw_away import redis_for

QUEUES = ("orm", "redis")
NAMES = ("sent", "lost", "doubled", "uncertain", "stale")


def main():
    options = options_given()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are cleared away
    if options.database == "postgresql" and not place_of_postgresql():
        raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.soak")
    say(f"seed {options.seed}")
    if options.database == "postgresql" and "POSTGRES_RESTART" not in os.environ:
        say("This PostgreSQL is not ours: it is not restarted, and nothing is proven of a database that crashes.")
    said = {queue: soaked(queue, options) for queue in options.queue or QUEUES}
    wrong = [queue for queue, (_sums, is_right) in said.items() if not is_right]
    if wrong:
        say(f"The messages do not add up with the queue in {' and '.join(wrong)}; the seed was {options.seed}.")
    totals = [sum(of_one) for of_one in zip(*(sums for sums, _is_right in said.values()), strict=True)]
    print(", ".join(f"{total} {name}" for total, name in zip(totals, NAMES, strict=True)))
    sys.exit(1 if wrong else 0)


def options_given():
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--queue", action="append", choices=QUEUES, help="both, when left out")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=3, help="`manage.py work`, each with two workers")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="drawn, when left out")
    return parser.parse_args()


def soaked(queue, options):
    """The five sums of one queue, and whether nothing is wrong with them."""
    began_at = monotonic()
    with empty_house(options.database) as house, redis_for(queue) as url:
        say(f"{options.database}, queue {queue}: {options.messages} messages ...")
        told = [f"--{name}={getattr(options, name)}" for name in ("messages", "processes", "seed")]
        own = {"REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "tests.soak.settings", "SOAK_PACE": "8"}
        command = [sys.executable, "-m", "tests.soak.once", *told]
        environment = house.environment | own
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    *faults, last = done.stdout.splitlines() or [""]
    sums = [int(number) for number in re.findall(r"\d+", last)]
    print(*faults, f"{options.database}, queue {queue}, {monotonic() - began_at:.0f} seconds: {last}", sep="\n")
    return (sums, done.returncode == 0) if len(sums) == len(NAMES) else ([0] * len(NAMES), False)


if __name__ == "__main__":
    main()
