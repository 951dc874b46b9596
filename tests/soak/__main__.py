"""`make soak`: send thousands of messages while workers are killed, providers fail, the database restarts and talks
change; with the queue in the database and in Redis. Exits with 1 when a message is lost, stale or duplicated.

The random seed is printed. The order of concurrent events is up to the machine.
"""

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
from time import monotonic

from tests.bench.servers import ROOT, empty_installation, log_progress, postgresql_url
from tests.soak.throw_away import redis_for

QUEUES = ("orm", "redis")
NAMES = ("sent", "lost", "doubled", "uncertain", "stale")


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are removed
    if options.database == "postgresql" and not postgresql_url():
        raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.soak")
    log_progress(f"seed {options.seed}")
    if options.database == "postgresql" and "POSTGRES_RESTART" not in os.environ:
        log_progress("This PostgreSQL is not ours: it is not restarted, so a crash of the database is not tested.")
    results = {queue: run_soak(queue, options) for queue in options.queue or QUEUES}
    wrong = [queue for queue, (_sums, is_correct) in results.items() if not is_correct]
    if wrong:
        log_progress(f"Faults with the queue in {' and '.join(wrong)}; the seed was {options.seed}.")
    totals = [sum(of_one) for of_one in zip(*(sums for sums, _is_correct in results.values()), strict=True)]
    print(", ".join(f"{total} {name}" for total, name in zip(totals, NAMES, strict=True)))
    sys.exit(1 if wrong else 0)


def parse_options():
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--queue", action="append", choices=QUEUES, help="default: both")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=3, help="`manage.py work`, each with two workers")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="random by default")
    return parser.parse_args()


def run_soak(queue, options):
    """Totals of one queue, and True when there are no faults."""
    began_at = monotonic()
    with empty_installation(options.database) as installation, redis_for(queue) as url:
        log_progress(f"{options.database}, queue {queue}: {options.messages} messages ...")
        arguments = [f"--{name}={getattr(options, name)}" for name in ("messages", "processes", "seed")]
        own = {"REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "tests.soak.settings", "SOAK_PACE": "8"}
        command = [sys.executable, "-m", "tests.soak.once", *arguments]
        environment = installation.environment | own
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    *faults, last = done.stdout.splitlines() or [""]
    sums = [int(number) for number in re.findall(r"\d+", last)]
    print(*faults, f"{options.database}, queue {queue}, {monotonic() - began_at:.0f} seconds: {last}", sep="\n")
    return (sums, done.returncode == 0) if len(sums) == len(NAMES) else ([0] * len(NAMES), False)


if __name__ == "__main__":
    main()
