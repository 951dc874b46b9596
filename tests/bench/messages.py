"""Messages, from posted to received by a mail server and a stand-in for Twilio in a process of their own."""

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager

from tests.bench.servers import ROOT, House, empty_house, run, say
from tests.soak.clients import receiving
from tests.soak.throw_away import redis_for

TASKS = 1_000
AT_MOST = {"messages": None, "reminders": 0}
CASES = (("sqlite", "orm"), ("postgresql", "orm"), ("postgresql", "redis"))
WORKERS = (1, 2)


def measure_messages(databases, count):
    for kind, queue in CASES:
        for workers in WORKERS if kind in databases else ():
            say(f"{kind}, queue {queue}, {workers} workers: messages ...")
            report("messages", kind, queue, workers, messages(kind, queue, workers, count))


def measure_reminders(databases, count):
    """On one database and queue: it takes minutes, because a lease does."""
    for kind in [kind for kind in databases if kind == "postgresql"]:
        say(f"{kind}: {count} reminders ...")
        report("reminders", kind, "orm", 4, reminders(kind, count))


def messages(kind, queue, workers, count):
    with ExitStack() as stack:
        empty, url = stack.enter_context(empty_house(kind)), stack.enter_context(redis_for(queue))
        ends, where = stack.enter_context(receiving())
        house = House(kind, empty.environment | where | {"REDIS_URL": url, "WORKERS": str(workers)})
        stack.enter_context(worker(house))
        told = house.run("tests.bench.sender", f"--messages={count}", f"--tasks={TASKS}")
        moments = [at for _key, at, *_rest in ends("tell")["receipts"]]
    per_second = len(moments) / (max(moments) - told["began_at"])
    tasks_per_second = TASKS / told["tasks_seconds"]
    return {
        "messages": len(moments),
        "per_second": per_second,
        "tasks_per_second": tasks_per_second,
        "value": per_second / tasks_per_second,
    }


@contextmanager
def worker(house):
    command = [sys.executable, "manage.py", "work", "--beat-every=5"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, cwd=ROOT, env=house.environment, **quiet)
    try:
        yield
    finally:
        running.terminate()
        running.wait(60)


def reminders(kind, count):
    with empty_house(kind) as empty:
        own = {"DJANGO_SETTINGS_MODULE": "tests.soak.settings", "SOAK_PACE": "1"}
        house = House(kind, empty.environment | own)
        return json.loads(run(house, "-m", "tests.bench.reminders", f"--reminders={count}").splitlines()[-1])


def report(what, kind, queue, workers, values):
    line = {"what": what, "database": kind, "queue": queue, "workers": workers}
    line |= {name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()}
    print(json.dumps(line | {"at_most": AT_MOST[what]}), flush=True)
    if AT_MOST[what] is not None and line["value"] > AT_MOST[what]:
        say(f"{kind}: {what} is {line['value']}, more than {AT_MOST[what]}")
