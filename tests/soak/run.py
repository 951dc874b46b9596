"""Lets talks be booked, cancelled and moved while workers send, fail and die, until nothing is left to send."""

import shlex
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from tempfile import TemporaryFile
from time import monotonic, sleep

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from outbox.models import Message
from tests.bench.servers import House, server
from tests.soak.changes import GRACE_SECONDS, change
from tests.soak.checks import Told
from tests.soak.clients import program, receiving
from tests.soak.data import confirm, make_world
from tests.soak.receivers import WILD
from tests.stand_ins import ACCOUNT, TOKEN

OF_A_TALK = 4  # messages: two letters when it is booked, a mail and a text of the day before
REMINDERS_OF_A_TALK = 2
LOOK_SECONDS = 0.02
A_MOMENT = timedelta(seconds=0.5)


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
    wild: int = WILD
    only_reminders: bool = False
    rest: float = 0.0  # seconds without anything to send, after which it is over
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
        self.to_confirm, self.to_change = [] if self.plan.only_reminders else list(self.keys), []
        self.restarts = shlex.split(self.plan.restarts)
        self.kill_at, self.empty_at = monotonic(), None

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
        """Nothing to send, and no news that is still to be collected."""
        if not self._is_empty():
            self.empty_at = None
            return False
        self.empty_at = self.empty_at or monotonic()
        return monotonic() - self.empty_at >= self.plan.rest

    def _is_empty(self):
        if len(self.changes) < self.plan.changes or len(self.deaths) < self.plan.kills:
            return False
        if self.restarts:
            return False
        if Message.objects.filter(state__in=("queued", "sending"), is_standby=False).exists():
            return False
        talks = Message.objects.filter(fallback_for=None, about__startswith="booking:").values("about")
        told = talks.annotate(count=Count("pk")).filter(count__gte=of_a_talk(self.plan)).order_by()
        return told.count() == self.plan.talks

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
        if len(self.deaths) < self.plan.kills and monotonic() > self.kill_at and somebody_sends():
            self.deaths.append(self.workers.kill(self.lot))
            self.kill_at = monotonic() + self.plan.kill_every * self.lot.uniform(0.3, 1.7)


def somebody_sends():
    """Or has nothing left to send. A worker that dies with empty hands proves nothing."""
    if Message.objects.filter(sending_at__gte=timezone.now() - A_MOMENT).exists():
        return True
    return Message.objects.exists() and not Message.objects.waiting().filter(is_standby=False).exists()


def of_a_talk(plan):
    """At least: a talk that changed has its two letters of before, and two that tell it."""
    return REMINDERS_OF_A_TALK if plan.only_reminders else OF_A_TALK


def soak(house, plan, crew):
    """What everybody tells of it. `crew` starts the workers: a context manager that gives one with `kill`."""
    keys = make_world(talks=plan.talks)
    with ExitStack() as stack:
        web = stack.enter_context(web_of(house, plan))
        began_at = monotonic()
        ends, where = stack.enter_context(receiving(seed=plan.seed, wild=plan.wild, web=web))
        workers = stack.enter_context(crew(house.environment | where, plan))
        run = Run(plan, workers, keys)
        run.go()
        workers.stop()
        heard = ends("tell") | {"changes": run.changes, "deaths": [*run.deaths, *workers.own_deaths()]}
    heard |= {"talks": [f"booking:{key}" for key in keys], "of_a_talk": of_a_talk(plan), "grace": GRACE_SECONDS}
    return Told(**heard, began_at=began_at, gives_up=workers.gives_up)


@contextmanager
def web_of(house, plan):
    """Where Twilio's calls come in; empty when they do not."""
    if not plan.has_web:
        yield ""
        return
    own = {"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT}
    with server(House(house.database, house.environment | own)) as port:
        yield f"http://127.0.0.1:{port}"


class Nursery:
    """Worker processes that only deliver and scan, without a queue."""

    def __init__(self, nurse, plan):
        self.nurse, self.plan, self.gives_up = nurse, plan, 10 / plan.pace
        nurse.tell({"pace": plan.pace, "processes": plan.processes})

    def kill(self, lot):
        return [*self.nurse(lot.randrange(self.plan.processes)), 1]

    def nudge(self):
        """They look by themselves."""

    def own_deaths(self):
        return []

    def stop(self):
        self.nurse.end()


@contextmanager
def nursery(environment, plan):
    with TemporaryFile("w+") as log, program("tests.soak.processes", environment, log) as nurse:
        try:
            yield Nursery(nurse, plan)
        finally:
            log.seek(0)
            print(log.read()[-4000:])
    connection.close()
