"""The numbers to keep: a JSON line each on standard output, progress on standard error. See docs/benchmarks.md."""

import argparse
import json
import signal
import sys
from contextlib import ExitStack

from tests.bench import figures
from tests.bench.figures import ADVISORS, AT_MOST, DOORS, Visitor
from tests.bench.houses import house, place_of_postgresql, say, server, static_files

DATABASES = ("postgresql", "sqlite")


def main():
    options = options_given()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are cleared away
    with static_files() as static:
        for database in options.database or DATABASES:
            if database == "postgresql" and not place_of_postgresql():
                raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.bench")
            measure(database, options, static)


def options_given():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--database", action="append", choices=DATABASES, help="both, when left out")
    parser.add_argument("--only", action="append", choices=list(AT_MOST), default=[], help="all, when left out")
    parser.add_argument("--pairs", type=int, default=300, help="requests of each sort, at least 300 for a real figure")
    parser.add_argument("--history", type=int, default=100_000, help="past bookings in the second house")
    return parser.parse_args()


def measure(database, options, static):
    """Two houses that differ in nothing but their history."""
    wanted = options.only or list(AT_MOST)
    needed = figures.invitations_needed(options.pairs)
    pasts = (0, options.history) if {"statements", "history"} & set(wanted) else (0,)
    with ExitStack() as stack:
        young, *old = (
            stack.enter_context(house(database, past=past, invitations=needed, static=static)) for past in pasts
        )
        if "statements" in wanted:
            for kept in (young, *old):
                for values in figures.statements(kept):
                    report("statements", kept, values)
        if "race" in wanted:
            report("race", young, figures.race(young))
        doors = [what for what in DOORS if what in wanted or "history" in wanted]
        if doors:
            measure_doors(young, old[0] if old else young, doors, wanted, options, stack)


def measure_doors(young, old, doors, wanted, options, stack):
    without = Visitor(young, stack.enter_context(server(young)))
    for what in doors:
        if what in wanted:
            say(f"{young.database}: {what} ...")
            report(what, young, figures.over_floor(what, without, pairs=options.pairs))
    if "history" not in wanted:
        return
    with_history = Visitor(old, stack.enter_context(server(old)))
    found = []
    for what in doors:
        say(f"{young.database}: {what} with history ...")
        found.append(figures.over_none(what, without, with_history, pairs=options.pairs))
    worst = max(found, key=lambda values: values["value"])
    if young.database == "postgresql":
        read, read_without = (kept.run("tests.bench.reading")["rows_read"] for kept in (old, young))
        worst |= {"rows_read": read, "rows_read_without": read_without}
    report("history", old, worst)


def report(what, kept, values):
    line = {
        "what": what,
        "database": kept.database,
        "advisors": ADVISORS,
        "past_bookings": kept.past,
        **{name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()},
        "at_most": AT_MOST[what],
    }
    print(json.dumps(line), flush=True)
    if line["value"] > line["at_most"]:
        say(f"{kept.database}: {what} is {line['value']}, more than {line['at_most']}")


if __name__ == "__main__":
    main()
