"""Real workers: `manage.py work` with its queue, as many times as there are machines, killed and started again."""

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

from outbox.queue import wake_worker
from tests.bench.servers import ROOT

SENDERS = 2  # processes of one machine
WHOLE = 0.5  # of the deaths are of a whole machine, the others of one process of it
FROZEN_SECONDS = 15  # then the watchdog starts a cluster anew
TAKEN_AWAY_SECONDS = 3  # until a watchdog that missed one process has taken away the others
A_MINUTE = 60  # between two looks of the timetable
COMMAND = [sys.executable, "manage.py", "work", f"--frozen-after={FROZEN_SECONDS}", "--beat-every=1", "--grace=5"]
STARTED_ANEW = re.compile(r"^(\S+ \S+) ERROR spreekuur.watchdog .* it is started anew", re.MULTILINE)


class Machines:
    """`gives_up`: after so many seconds a sender hangs up on a provider that is silent."""

    def __init__(self, environment, plan, log):
        self.environment, self.log = environment | {"WORKERS": str(SENDERS), "SOAK_PACE": str(plan.pace)}, log
        self.pace, self.gives_up = plan.pace, 10 / plan.pace
        self.running = [self._start() for _ in range(plan.processes)]
        self.asked_at = 0.0

    def _start(self):
        return subprocess.Popen(COMMAND, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log)

    def nudge(self):
        """As the timetable does."""
        if time.monotonic() > self.asked_at + A_MINUTE / self.pace:
            self.asked_at = time.monotonic()
            async_task("bookings.tasks.send_what_is_due")
            wake_worker()

    def kill(self, lot):
        number, began_at = lot.randrange(len(self.running)), time.monotonic()
        machine = self.running[number]
        if lot.random() < WHOLE:
            _take_down(machine)
            self.running[number] = self._start()
            return [began_at, time.monotonic(), SENDERS]
        if processes := descendants_of(machine.pid):
            _kill(lot.choice(processes))
        return [began_at, time.monotonic() + TAKEN_AWAY_SECONDS, SENDERS]

    def everybody(self):
        return SENDERS * len(self.running)

    def stop(self):
        for machine in self.running:
            _take_down(machine)

    def own_deaths(self):
        """Clusters that a watchdog ended by itself, from the log: the watchdog writes it right after."""
        self.log.seek(0)
        ahead = time.time() - time.monotonic()
        for said in STARTED_ANEW.findall(self.log.read()):
            at = datetime.strptime(said, "%Y-%m-%d %H:%M:%S,%f").timestamp() - ahead
            yield [at - TAKEN_AWAY_SECONDS, at, SENDERS]


def _take_down(machine):
    """Parents first: they would start their children again."""
    everybody = [machine.pid, *descendants_of(machine.pid)]
    for process in everybody:
        _kill(process)
    machine.wait()
    for process in everybody:  # what was born meanwhile
        for child in descendants_of(process):
            _kill(child)


def _kill(process):
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def descendants_of(process):
    """Nearest first."""
    born_of = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state = place.read_text().rpartition(")")[2].split()
            born_of.setdefault(int(state[1]), []).append(int(place.parent.name))
    found = list(born_of.get(process, []))
    for child in found:
        found += born_of.get(child, [])
    return found


@contextmanager
def machines(environment, plan):
    with TemporaryFile("w+") as log:
        made = Machines(environment, plan, log)
        try:
            yield made
        finally:
            made.stop()
            connection.close()
