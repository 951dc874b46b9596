"""One run on the database of the environment: create data, perform the operations, find faults."""

import argparse
import os
import sys

import django

django.setup()  # before models are imported

from django.db import connection  # noqa: E402

from tests.bench.servers import Installation  # noqa: E402
from tests.torture.audit import find_faults  # noqa: E402
from tests.torture.data import make_data  # noqa: E402
from tests.torture.run import run_operations, summarise  # noqa: E402

CANDIDATES = 100  # more would fill the agendas, and then every operation would be refused


def main():
    parser = argparse.ArgumentParser()
    for name in ("operations", "processes", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    data = make_data(candidates=CANDIDATES)
    connection.close()
    installation = Installation(connection.vendor, dict(os.environ))
    notes = run_operations(installation, data, **vars(options))
    faults = find_faults(notes)
    print(f"{connection.vendor}: {summarise(notes)}")
    print(*faults, f"{connection.vendor}: {len(notes)} operations, {len(faults)} faults", sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
