"""One run on the database of the environment: make a world, let everybody loose, compare."""

import argparse
import os
import sys

import django

django.setup()  # this is a program of its own; models come after

from django.db import connection  # noqa: E402

from tests.bench.servers import House  # noqa: E402
from tests.torture.audit import faults_in  # noqa: E402
from tests.torture.data import make_world  # noqa: E402
from tests.torture.run import counted, notes_of  # noqa: E402

CANDIDATES = 100  # more would fill the agendas, and then nothing happens any more


def main():
    parser = argparse.ArgumentParser()
    for name in ("operations", "processes", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    world = make_world(candidates=CANDIDATES)
    connection.close()
    house = House(connection.vendor, dict(os.environ))
    notes = notes_of(house, world, **vars(options))
    faults = faults_in(notes)
    print(f"{connection.vendor}: {counted(notes)}")
    print(*faults, f"{connection.vendor}: {len(notes)} operations, {len(faults)} faults", sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
