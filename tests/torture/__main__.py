"""`make torture`: many concurrent operations for a long time, on both databases. Exits with 1 on any fault.

The random seed is printed: the same seed draws the same operations. Their order is up to the machine.
"""

import argparse
import secrets
import signal
import subprocess
import sys

from tests.bench.servers import ROOT, empty_installation, log_progress, postgresql_url

DATABASES = ("postgresql", "sqlite")


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are removed
    log_progress(f"seed {options.seed}")
    wrong = [database for database in options.database or DATABASES if not run_torture(database, options)]
    sys.exit(f"Faults on {' and '.join(wrong)}; the seed was {options.seed}." if wrong else 0)


def parse_options():
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--database", action="append", choices=DATABASES, help="default: both")
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=4, help="that perform operations; the web server has two more")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="random by default")
    return parser.parse_args()


def run_torture(database, options):
    if database == "postgresql" and not postgresql_url():
        raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres python -m tests.torture")
    with empty_installation(database) as installation:
        log_progress(f"{database}: {options.operations} operations by {options.processes} processes ...")
        arguments = [f"--{name}={getattr(options, name)}" for name in ("operations", "processes", "seed")]
        command = [sys.executable, "-m", "tests.torture.once", *arguments]
        return subprocess.run(command, cwd=ROOT, env=installation.environment, check=False).returncode == 0


if __name__ == "__main__":
    main()
