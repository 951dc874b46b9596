"""Real workers: `manage.py work` with its queue, once per machine, killed and started again."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile

from django.db import connection
from django_q.tasks import async_task

from outbox.queue import enqueue_delivery
from tests.bench.servers import ROOT
from tests.soak.changes import GRACE_SECONDS

SENDERS = 2  # processes of one machine
MACHINE_SHARE = 0.5  # share of the kills that kill a whole machine; the others kill one process
FROZEN_SECONDS = 15  # after which the watchdog restarts a cluster
CLEANUP_SECONDS = 3  # until a watchdog has ended the other processes of its cluster
PERIODIC_SECONDS = 60  # between two runs of the periodic tasks
COMMAND = [sys.executable, "manage.py", "work", f"--frozen-after={FROZEN_SECONDS}", "--beat-every=1", "--grace=5"]
RESTARTED = re.compile(r"^(\S+ \S+) ERROR spreekuur.watchdog .* it is restarted", re.MULTILINE)


class Machines:
    """All workers. `gives_up`: seconds after which a sender times out on a silent provider."""

    def __init__(self, environment, plan, log):
        self.environment, self.log = environment | {"WORKERS": str(SENDERS), "SOAK_PACE": str(plan.pace)}, log
        self.pace, self.gives_up = plan.pace, 10 / plan.pace
        self.running = [self._start() for _ in range(plan.processes)]
        self.asked_at = 0.0

    def _start(self):
        return subprocess.Popen(COMMAND, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log)

    def nudge(self):
        """Enqueue the periodic tasks when they are due."""
        if time.monotonic() > self.asked_at + PERIODIC_SECONDS / self.pace:
            self.asked_at = time.monotonic()
            async_task("bookings.tasks.send_what_is_due")
            enqueue_delivery()

    def kill(self, rng):
        number, began_at = rng.randrange(len(self.running)), time.monotonic()
        machine = self.running[number]
        if rng.random() < MACHINE_SHARE:
            _take_down(machine)
            self.running[number] = self._start()
            return [began_at, time.monotonic(), SENDERS]
        if processes := descendants_of(machine.pid):
            _kill(rng.choice(processes))
        return [began_at, time.monotonic() + CLEANUP_SECONDS, SENDERS]

    def order(self):
        """Real workers do not note their final checks."""
        return {"grace": GRACE_SECONDS}

    def everybody(self):
        return SENDERS * len(self.running)

    def stop(self):
        for machine in self.running:
            _take_down(machine)

    def own_deaths(self):
        """Clusters that a watchdog ended by itself, according to its log."""
        self.log.seek(0)
        ahead = time.time() - time.monotonic()
        for logged_at in RESTARTED.findall(self.log.read()):
            at = datetime.strptime(logged_at, "%Y-%m-%d %H:%M:%S,%f").timestamp() - ahead
            yield [at - CLEANUP_SECONDS, at, SENDERS]


def _take_down(machine):
    """Kill a machine's processes, parents first, because they would restart their children."""
    everybody = [machine.pid, *descendants_of(machine.pid)]
    for process in everybody:
        _kill(process)
    machine.wait()
    for process in everybody:  # children that were started meanwhile
        for child in descendants_of(process):
            _kill(child)


def _kill(process):
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def descendants_of(process):
    """Process ids of all descendants, nearest first."""
    children_of = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state = path.read_text().rpartition(")")[2].split()
            children_of.setdefault(int(state[1]), []).append(int(path.parent.name))
    found = list(children_of.get(process, []))
    for child in found:
        found += children_of.get(child, [])
    return found


@contextmanager
def machines(environment, plan):
    with TemporaryFile("w+") as log:
        workers = Machines(environment, plan, log)
        try:
            yield workers
        finally:
            workers.stop()
            connection.close()
