"""`make torture`: everybody at once, for a long time, on both databases; ends with 1 when the books are not right.

The lot is drawn from a seed, which is printed: the same seed draws the same wishes. What happens at the same moment is
up to the machine.
"""

import argparse
import secrets
import signal
import subprocess
import sys

from tests.bench.servers import ROOT, empty_house, place_of_postgresql, say

DATABASES = ("postgresql", "sqlite")


def main():
    options = options_given()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are cleared away
    say(f"seed {options.seed}")
    wrong = [database for database in options.database or DATABASES if not holds(database, options)]
    sys.exit(f"The books are not right on {' and '.join(wrong)}; the seed was {options.seed}." if wrong else 0)


def options_given():
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--database", action="append", choices=DATABASES, help="both, when left out")
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=4, help="that act; the web server has two of its own")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="drawn, when left out")
    return parser.parse_args()


def holds(database, options):
    if database == "postgresql" and not place_of_postgresql():
        raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres python -m tests.torture")
    with empty_house(database) as house:
        say(f"{database}: {options.operations} operations by {options.processes} processes ...")
        told = [f"--{name}={getattr(options, name)}" for name in ("operations", "processes", "seed")]
        command = [sys.executable, "-m", "tests.torture.once", *told]
        return subprocess.run(command, cwd=ROOT, env=house.environment, check=False).returncode == 0


if __name__ == "__main__":
    main()
