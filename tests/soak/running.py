"""Lets talks be booked, cancelled and moved while workers send, fail and die, until nothing is left to send."""

import json
import shlex
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from tempfile import TemporaryFile
from time import monotonic, sleep

from django.db import connection

from outbox.models import Message
from tests.bench.houses import ROOT, House, server
from tests.soak.books import Told
from tests.soak.changing import change
from tests.soak.world import confirm, make_world
from tests.stand_ins import ACCOUNT, TOKEN

OF_A_TALK = 4  # messages: two letters when it is booked, a mail and a text of the day before
LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Plan:
    """`kills` and `changes` are how many; `patience` in seconds, after which what is left is lost."""

    talks: int
    processes: int
    seed: int
    changes: int
    kills: int
    kill_every: float
    pace: float
    patience: float
    at_once: int = 5  # confirmations between two looks
    has_web: bool = False  # Twilio tells what became of a text
    restarts: str = ""  # a command that restarts the database, once


@dataclass
class Run:
    plan: Plan
    workers: object
    keys: list
    changes: list = field(default_factory=list)
    deaths: list = field(default_factory=list)

    def __post_init__(self):
        self.lot = Random(self.plan.seed)
        self.to_confirm, self.to_change = list(self.keys), []
        self.restarts = shlex.split(self.plan.restarts)
        self.kill_at = monotonic() + self.plan.kill_every

    def go(self):
        give_up_at = monotonic() + self.plan.patience
        while monotonic() < give_up_at and (self.to_confirm or not self._is_over()):
            self._confirm()
            self._change()
            self._kill()
            self._restart()
            self.workers.nudge()
            sleep(LOOK_SECONDS)

    def _is_over(self):
        if len(self.changes) < self.plan.changes or len(self.deaths) < self.plan.kills:
            return False
        if self.restarts:
            return False
        posted = Message.objects.count()
        waiting = Message.objects.filter(state__in=("queued", "sending"), is_standby=False)
        return posted >= expected(self.plan, self.changes) and not waiting.exists()

    def _confirm(self):
        some, self.to_confirm = self.to_confirm[: self.plan.at_once], self.to_confirm[self.plan.at_once :]
        confirm(some)
        self.to_change += some

    def _change(self):
        if self.to_change and len(self.changes) < self.plan.changes:
            number = self.lot.randrange(len(self.to_change))
            self.changes.append(change(self.to_change.pop(number), self.lot))

    def _restart(self):
        """In the middle: half of those who will die have died. Everybody loses the line."""
        if not self.restarts or len(self.deaths) < self.plan.kills // 2:
            return
        connection.close()
        began_at = monotonic()
        subprocess.run(self.restarts, cwd="/", stdout=subprocess.DEVNULL, check=True)
        self.deaths.append([began_at, monotonic(), self.workers.everybody()])
        self.restarts = []

    def _kill(self):
        if len(self.deaths) < self.plan.kills and monotonic() > self.kill_at:
            self.deaths.append(self.workers.kill(self.lot))
            self.kill_at = monotonic() + self.plan.kill_every * self.lot.uniform(0.3, 1.7)


def expected(plan, changes):
    """At least: a talk that changed has its two letters of before, and two that tell it."""
    return OF_A_TALK * plan.talks if len(changes) <= plan.talks else 0


def soak(house, plan, crew):
    """What everybody tells of it. `crew` starts the workers: a context manager that gives one with `kill`."""
    keys = make_world(talks=plan.talks)
    with web_of(house, plan) as web, receiving(plan, web) as ends, crew(pointed_at(house, ends), plan) as workers:
        run = Run(plan, workers, keys)
        run.go()
        workers.stop()
        heard = ends("tell") | {"changes": run.changes, "deaths": [*run.deaths, *workers.own_deaths()]}
    return Told(**heard, gives_up=workers.gives_up, expected=expected(plan, run.changes))


def pointed_at(house, ends):
    there = {
        "EMAIL_URL": ends.where["mail"],
        "TWILIO_API_URL": ends.where["twilio"],
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+31600000900",
    }
    return house.environment | there


class Asking:
    """A program that answers a line with a line, both JSON."""

    def __init__(self, process, task):
        self.process = process
        self.where = self(task) if task is not None else None

    def __call__(self, words):
        self.tell(words)
        return json.loads(self.process.stdout.readline())

    def tell(self, words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()


@contextmanager
def web_of(house, plan):
    """Where Twilio's calls come in; empty when they do not."""
    if not plan.has_web:
        yield ""
        return
    own = {"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT}
    with server(House(house.database, house.environment | own)) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def receiving(plan, web):
    task = {"seed": plan.seed, "late_seconds": 0.1, "web": web}
    with program("tests.soak.receiving") as process:
        yield Asking(process, task)


@contextmanager
def program(module, environment=None, log=None):
    command = [sys.executable, "-m", module]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
    try:
        yield process
    finally:
        process.stdin.close()  # then it ends
        process.stdout.close()
        process.wait(30)


class Nursery:
    """Worker processes that only deliver and scan, without a queue."""

    def __init__(self, process, plan):
        self.process, self.plan = Asking(process, None), plan
        self.gives_up = 10 / plan.pace
        self.process.tell({"pace": plan.pace, "processes": plan.processes})

    def kill(self, lot):
        return [*self.process(lot.randrange(self.plan.processes)), 1]

    def nudge(self):
        """They look by themselves."""

    def own_deaths(self):
        return []

    def stop(self):
        self.process.process.stdin.close()
        self.process.process.wait(30)


@contextmanager
def nursery(environment, plan):
    with TemporaryFile("w+") as log, program("tests.soak.nursery", environment, log) as process:
        try:
            yield Nursery(process, plan)
        finally:
            log.seek(0)
            print(log.read()[-4000:])
    connection.close()
