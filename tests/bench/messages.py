"""Benchmark of messages, from posting to their arrival at a mail server and a Twilio test double in another process."""

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager

from tests.bench.servers import ROOT, Installation, empty_installation, log_progress, run
from tests.soak.clients import start_receivers
from tests.soak.throw_away import redis_for

TASKS = 1_000
LIMITS = {"messages": None, "reminders": 0}
CASES = (("sqlite", "orm"), ("postgresql", "orm"), ("postgresql", "redis"))
WORKERS = (1, 2)


def measure_messages(databases, count):
    for kind, queue in CASES:
        for workers in WORKERS if kind in databases else ():
            log_progress(f"{kind}, queue {queue}, {workers} workers: messages ...")
            report("messages", kind, queue, workers, messages(kind, queue, workers, count))


def measure_reminders(databases, count):
    """Measure on one database and queue only: it takes minutes, because leases last minutes."""
    for kind in [kind for kind in databases if kind == "postgresql"]:
        log_progress(f"{kind}: {count} reminders ...")
        report("reminders", kind, "orm", 4, reminders(kind, count))


def messages(kind, queue, workers, count):
    with ExitStack() as stack:
        empty, url = stack.enter_context(empty_installation(kind)), stack.enter_context(redis_for(queue))
        receivers, urls = stack.enter_context(start_receivers())
        installation = Installation(kind, empty.environment | urls | {"REDIS_URL": url, "WORKERS": str(workers)})
        stack.enter_context(worker(installation))
        sent = installation.run("tests.bench.sender", f"--messages={count}", f"--tasks={TASKS}")
        arrivals = [at for _key, at, *_rest in receivers("tell")["receipts"]]
    per_second = len(arrivals) / (max(arrivals) - sent["began_at"])
    tasks_per_second = TASKS / sent["tasks_seconds"]
    return {
        "messages": len(arrivals),
        "per_second": per_second,
        "tasks_per_second": tasks_per_second,
        "value": per_second / tasks_per_second,
    }


@contextmanager
def worker(installation):
    command = [sys.executable, "manage.py", "work", "--beat-every=5"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, cwd=ROOT, env=installation.environment, **quiet)
    try:
        yield
    finally:
        running.terminate()
        running.wait(60)


def reminders(kind, count):
    with empty_installation(kind) as empty:
        own = {"DJANGO_SETTINGS_MODULE": "tests.soak.settings", "SOAK_PACE": "1"}
        installation = Installation(kind, empty.environment | own)
        return json.loads(run(installation, "-m", "tests.bench.reminders", f"--reminders={count}").splitlines()[-1])


def report(what, kind, queue, workers, values):
    line = {"what": what, "database": kind, "queue": queue, "workers": workers}
    line |= {name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()}
    print(json.dumps(line | {"at_most": LIMITS[what]}), flush=True)
    if LIMITS[what] is not None and line["value"] > LIMITS[what]:
        log_progress(f"{kind}: {what} is {line['value']}, more than {LIMITS[what]}")
