"""Book, cancel and move talks while workers send, fail and are killed, until nothing is left to send."""

import json
import shlex
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from tempfile import NamedTemporaryFile, TemporaryFile
from time import monotonic, sleep

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from outbox.models import Message
from tests.bench.servers import Installation, server
from tests.soak.changes import change
from tests.soak.checks import RECORD_SECONDS, Observations
from tests.soak.clients import start_program, start_receivers
from tests.soak.data import make_data, post_confirmations
from tests.soak.fast_time import AT_LEAST_SECONDS
from tests.soak.receivers import MAX_FAILURES
from tests.stand_ins import ACCOUNT, TOKEN

MESSAGES_PER_TALK = 4  # two confirmations, and two reminders on the day before
REMINDERS_PER_TALK = 2
POLL_SECONDS, IDLE_SECONDS = 0.02, 0.1
RECENTLY = timedelta(seconds=0.5)


@dataclass(frozen=True)
class Plan:
    """Parameters of a run. `patience`: seconds after which unsent messages count as lost."""

    talks: int
    processes: int
    seed: int
    changes: int
    kills: int
    kill_every: float
    pace: float
    patience: float
    at_once: int = 5  # confirmations per iteration
    wild: int = MAX_FAILURES
    only_reminders: bool = False
    rest: float = 0.0  # seconds without work after which the run ends
    has_web: bool = False  # to receive Twilio's status callbacks
    restarts: str = ""  # a command that restarts the database, once
    answer_seconds: float = AT_LEAST_SECONDS  # for which a sender waits at least
    record_seconds: float = RECORD_SECONDS


@dataclass
class Run:
    plan: Plan
    workers: object
    keys: list
    changes: list = field(default_factory=list)
    deaths: list = field(default_factory=list)

    def __post_init__(self):
        self.rng = Random(self.plan.seed)
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
            sleep(POLL_SECONDS if self.to_confirm or len(self.changes) < self.plan.changes else IDLE_SECONDS)

    def _is_over(self):
        """True when nothing was left to send for `rest` seconds."""
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
        if Message.objects.filter(state__in=("queued", "sending"), is_dormant=False).exists():
            return False
        talks = Message.objects.filter(fallback_for=None, about__startswith="booking:").values("about")
        complete = talks.annotate(count=Count("pk")).filter(count__gte=messages_per_talk(self.plan)).order_by()
        return complete.count() == self.plan.talks

    def _confirm(self):
        some, self.to_confirm = self.to_confirm[: self.plan.at_once], self.to_confirm[self.plan.at_once :]
        post_confirmations(some)
        self.to_change += some

    def _change(self):
        if self.to_change and len(self.changes) < self.plan.changes:
            number = self.rng.randrange(len(self.to_change))
            self.changes.append(change(self.to_change.pop(number), self.rng))

    def _restart(self):
        """Restart the database after half of the kills; every connection is lost."""
        if not self.restarts or len(self.deaths) < self.plan.kills // 2:
            return
        connection.close()
        began_at = monotonic()
        subprocess.run(self.restarts, cwd="/", stdout=subprocess.DEVNULL, check=True)
        self.deaths.append([began_at, monotonic(), self.workers.everybody()])
        self.restarts = []

    def _kill(self):
        if len(self.deaths) < self.plan.kills and monotonic() > self.kill_at and is_sending():
            self.deaths.append(self.workers.kill(self.rng))
            self.kill_at = monotonic() + self.plan.kill_every * self.rng.uniform(0.3, 1.7)


def is_sending():
    """True while messages are being sent (or all are sent): killing an idle worker would prove nothing."""
    if Message.objects.filter(sending_at__gte=timezone.now() - RECENTLY).exists():
        return True
    return Message.objects.exists() and not Message.objects.queued().filter(is_dormant=False).exists()


def messages_per_talk(plan):
    """Minimum number of messages per talk; a changed talk has two more."""
    return REMINDERS_PER_TALK if plan.only_reminders else MESSAGES_PER_TALK


def soak(installation, plan, crew):
    """Observations of one run. `crew` is a context manager that starts the workers and yields an object with `kill`."""
    keys = make_data(talks=plan.talks)
    with ExitStack() as stack:
        web = stack.enter_context(webhook_server(installation, plan))
        began_at = monotonic()
        receivers, urls = stack.enter_context(start_receivers(seed=plan.seed, wild=plan.wild, web=web))
        workers = stack.enter_context(crew(installation.environment | urls, plan))
        run = Run(plan, workers, keys)
        run.go()
        workers.stop()
        observed = receivers("tell") | {"changes": run.changes, "deaths": [*run.deaths, *workers.own_deaths()]}
        observed |= workers.order()
    observed |= {"talks": [f"booking:{key}" for key in keys], "messages_per_talk": messages_per_talk(plan)}
    observed |= {"record_seconds": plan.record_seconds}
    return Observations(**observed, began_at=began_at, gives_up=workers.gives_up)


@contextmanager
def webhook_server(installation, plan):
    """Yield the url for Twilio's callbacks; empty without a web server."""
    if not plan.has_web:
        yield ""
        return
    own = {"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT}
    with server(Installation(installation.database, installation.environment | own)) as port:
        yield f"http://127.0.0.1:{port}"


class ForkServer:
    """Worker processes that only deliver and scan, without a queue; they note their final checks in a file."""

    def __init__(self, process, plan, checks):
        self.process, self.plan, self.checks = process, plan, checks
        self.gives_up = max(10 / plan.pace, plan.answer_seconds)
        task = {"pace": plan.pace, "answer_seconds": plan.answer_seconds, "processes": plan.processes}
        process.tell(task | {"final_checks": checks.name})

    def kill(self, rng):
        return [*self.process(rng.randrange(self.plan.processes)), 1]

    def nudge(self):
        """Nothing to do: these workers poll."""

    def own_deaths(self):
        return []

    def order(self):
        """A line is whole or the last of a worker that died while it wrote it."""
        lines = self.checks.read().splitlines()
        return {"final_checks": [json.loads(line) for line in lines if line.endswith("]")]}

    def stop(self):
        self.process.end()


@contextmanager
def fork_server(environment, plan):
    with (
        TemporaryFile("w+") as log,
        NamedTemporaryFile("r") as checks,
        start_program("tests.soak.processes", environment, log) as process,
    ):
        try:
            yield ForkServer(process, plan, checks)
        finally:
            log.seek(0)
            print(log.read()[-4000:])
    connection.close()
