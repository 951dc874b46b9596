"""The numbers to keep: a JSON line each on standard output, progress on standard error. See docs/benchmarks.md."""

import argparse
import json
import signal
import sys
from contextlib import ExitStack

from tests.bench import figures, messages
from tests.bench.figures import AT_MOST, DOORS, OF_THE_PROMISE, Visitor
from tests.bench.servers import empty_house, house, place_of_postgresql, say, server, static_files

DATABASES = ("postgresql", "sqlite")
ADVISORS = (1, 20, 100)
PAST = (0, 10_000, 100_000)
EVERYTHING = [*AT_MOST, *messages.AT_MOST]


def main():
    options = options_given()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are cleared away
    databases = options.database or DATABASES
    if "postgresql" in databases and not place_of_postgresql():
        raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.bench")
    if "messages" in options.only:
        messages.measure_messages(databases, options.messages)
    if "reminders" in options.only:
        messages.measure_reminders(databases, options.reminders)
    if set(options.only) & set(AT_MOST):
        with static_files() as static:
            for database in databases:
                measure(database, options, static)


def options_given():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    several = {"action": "append", "default": []}
    parser.add_argument("--database", choices=DATABASES, help="both, when left out", **several)
    parser.add_argument("--only", choices=EVERYTHING, help="all, when left out", **several)
    parser.add_argument("--advisors", type=int, help="1, 20 and 100, when left out", **several)
    parser.add_argument("--past", type=int, help="bookings; 0, 10,000 and 100,000, when left out", **several)
    parser.add_argument("--pairs", type=int, default=300, help="requests of each sort, at least 300 for a real figure")
    parser.add_argument("--messages", type=int, default=1_800, help="for each way of sending them")
    parser.add_argument("--reminders", type=int, default=10_000, help="due in the same minute")
    options = parser.parse_args()
    options.only = options.only or EVERYTHING
    options.advisors, options.past = options.advisors or ADVISORS, options.past or PAST
    return options


def measure(database, options, static):
    """Houses that differ in nothing but their history, a street for every number of advisors."""
    needed = figures.invitations_needed(options.pairs)
    with empty_house(database) as empty:
        for advisors in options.advisors:
            with ExitStack() as stack:
                street = [
                    stack.enter_context(house(empty, advisors=advisors, past=past, invitations=needed, static=static))
                    for past in options.past
                ]
                measure_street(street, options)


def measure_street(street, options):
    for kept in street:
        if "statements" in options.only:
            report("statements", kept, figures.statements(kept))
        doors = [what for what in DOORS if what in options.only]
        if doors:
            measure_doors(kept, doors, options)
    young, old = street[0], street[-1]
    if young.advisors != OF_THE_PROMISE:
        return
    if "race" in options.only:
        report("race", young, figures.race(young))
    if "history" in options.only and young is not old:
        measure_history(young, old, options)


def measure_doors(kept, doors, options):
    with server(kept) as port:
        visitor = Visitor(kept, port)
        for what in doors:
            say(f"{kept}: {what} ...")
            report(what, kept, figures.over_floor(what, visitor, pairs=options.pairs))


def measure_history(young, old, options):
    with server(young) as port, server(old) as other_port:
        without, with_history = Visitor(young, port), Visitor(old, other_port)
        found = []
        for what in DOORS:
            say(f"{old}: {what} over {young} ...")
            found.append(figures.over_none(what, without, with_history, pairs=options.pairs))
    worst = max(found, key=lambda values: values["value"])
    if young.database == "postgresql":
        read, read_without = (kept.run("tests.bench.slots")["rows_read"] for kept in (old, young))
        worst |= {"rows_read": read, "rows_read_without": read_without}
    report("history", old, worst)


def report(what, kept, values):
    line = {
        "what": what,
        "database": kept.database,
        "advisors": kept.advisors,
        "past_bookings": kept.past,
        **{name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()},
        "at_most": figures.at_most(what, kept.advisors),
    }
    print(json.dumps(line), flush=True)
    if line["at_most"] is not None and line["value"] > line["at_most"]:
        say(f"{kept}: {what} is {line['value']}, more than {line['at_most']}")


if __name__ == "__main__":
    main()
