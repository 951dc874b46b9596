"""Benchmarks: a JSON line per figure on standard output, progress on standard error. See docs/benchmarks.md."""

import argparse
import json
import signal
import sys
from contextlib import ExitStack

from tests.bench import figures, growth, load, messages
from tests.bench.figures import COMPARISONS, LIMITS, REFERENCE_ADVISORS, BenchClient
from tests.bench.servers import (
    Installation,
    empty_installation,
    log_progress,
    postgresql_url,
    server,
    staged_installation,
    static_files,
)

DATABASES = ("postgresql", "sqlite")
ADVISORS = (1, 20, 100)
PAST = (0, 10_000, 100_000)
EVERYTHING = [*LIMITS, *messages.LIMITS, *load.LIMITS, *growth.LIMITS]


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that databases and servers are removed
    databases = options.database or DATABASES
    if "postgresql" in databases and not postgresql_url():
        raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.bench")
    if "messages" in options.only:
        messages.measure_messages(databases, options.messages)
    if "reminders" in options.only:
        messages.measure_reminders(databases, options.reminders)
    if "load" in options.only:
        with static_files() as static:
            for database in databases:
                measure_load(database, options, static)
    if "growth" in options.only and "postgresql" in databases:
        with static_files() as static:
            report("growth", Installation("postgresql", {}), growth.measure(static))
    if set(options.only) & set(LIMITS):
        with static_files() as static:
            for database in databases:
                measure(database, options, static)


def measure_load(database, options, static):
    with (
        empty_installation(database) as empty,
        staged_installation(empty, advisors=figures.REFERENCE_ADVISORS, past=0, invitations=10, static=static) as one,
    ):
        log_progress(f"{one}: load ...")
        report("load", one, load.overload(one, seconds=options.load_seconds))


def parse_options():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    several = {"action": "append", "default": []}
    parser.add_argument("--database", choices=DATABASES, help="default: both", **several)
    parser.add_argument("--only", choices=EVERYTHING, help="default: all", **several)
    parser.add_argument("--advisors", type=int, help="default: 1, 20 and 100", **several)
    parser.add_argument("--past", type=int, help="bookings; default: 0, 10,000 and 100,000", **several)
    parser.add_argument("--pairs", type=int, default=300, help="per kind, at least 300 for a reliable figure")
    parser.add_argument("--load-seconds", type=int, default=60, help="of twice the load that is carried")
    parser.add_argument("--messages", type=int, default=1_800, help="per case")
    parser.add_argument("--reminders", type=int, default=10_000, help="due in the same minute")
    options = parser.parse_args()
    options.only = options.only or EVERYTHING
    options.advisors, options.past = options.advisors or ADVISORS, options.past or PAST
    return options


def measure(database, options, static):
    """Compare installations that differ only in their history, for every number of advisors."""
    needed = figures.invitations_needed(options.pairs)
    with empty_installation(database) as empty:
        for advisors in options.advisors:
            with ExitStack() as stack:
                installations = [
                    stack.enter_context(
                        staged_installation(empty, advisors=advisors, past=past, invitations=needed, static=static)
                    )
                    for past in options.past
                ]
                measure_installations(installations, options)


def measure_installations(installations, options):
    for installation in installations:
        if "statements" in options.only:
            report("statements", installation, figures.statements(installation))
        comparisons = [what for what in COMPARISONS if what in options.only]
        if comparisons:
            measure_comparisons(installation, comparisons, options)
    without_history, with_history = installations[0], installations[-1]
    if without_history.advisors != REFERENCE_ADVISORS:
        return
    if "race" in options.only:
        report("race", without_history, figures.race(without_history))
    if "history" in options.only and without_history is not with_history:
        measure_history(without_history, with_history, options)


def measure_comparisons(installation, comparisons, options):
    with server(installation) as port:
        client = BenchClient(installation, port)
        for what in comparisons:
            log_progress(f"{installation}: {what} ...")
            report(what, installation, figures.compare_with_baseline(what, client, pairs=options.pairs))


def measure_history(without_history, with_history, options):
    with server(without_history) as port, server(with_history) as other_port:
        short, long = BenchClient(without_history, port), BenchClient(with_history, other_port)
        found = []
        for what in COMPARISONS:
            log_progress(f"{with_history}: {what} over {without_history} ...")
            found.append(figures.compare_with_empty_history(what, short, long, pairs=options.pairs))
    worst = max(found, key=lambda values: values["value"])
    if without_history.database == "postgresql":
        read, read_without = (
            installation.run("tests.bench.slots")["rows_read"] for installation in (with_history, without_history)
        )
        worst |= {"rows_read": read, "rows_read_without": read_without}
    report("history", with_history, worst)


def report(what, installation, values):
    line = {
        "what": what,
        "database": installation.database,
        "advisors": installation.advisors,
        "past_bookings": installation.past,
        **{name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()},
        "at_most": figures.limit_for(what, installation.advisors),
    }
    print(json.dumps(line), flush=True)
    if line["at_most"] is not None and line["value"] > line["at_most"]:
        log_progress(f"{installation}: {what} is {line['value']}, more than {line['at_most']}")


if __name__ == "__main__":
    main()
