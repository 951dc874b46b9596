"""Keeps a django-q2 cluster alive. When an idle worker process is killed, the cluster freezes without ending."""

import logging
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django_q.tasks import async_task

from core.batch import in_short
from outbox.models import Heartbeat
from spreekuur.periodic_tasks import mend_timetable

LOOK_SECONDS = 0.2
FROZEN_AFTER_SECONDS = 150  # longer than a worker that sends slowly is silent
START_SECONDS = 60  # a busy machine needs time to start a cluster
LONGEST_PAUSE_SECONDS = 30
logger = logging.getLogger(__name__)


@dataclass
class Watchdog:
    """Asks the cluster for a heartbeat and starts it anew when none comes, or when it ended. All in seconds."""

    worker: str  # under this name its heartbeat is written
    frozen_after: float
    beat_every: float
    grace: float  # how long a cluster may take to finish what it does
    is_stopping: bool = False
    _heard: datetime | None = None
    _heard_at: float = 0
    _patience: float = 0
    _child: subprocess.Popen[bytes] = field(init=False)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)
        pause = 1.0
        while not self.is_stopping:
            started_at = monotonic()
            self._start()
            complaint = self._watch()
            self._end(grace=self.grace if self.is_stopping else 0)
            if not self.is_stopping:
                logger.error("the cluster %s; it is started anew", complaint)
                pause = 1.0 if monotonic() - started_at > self.frozen_after else min(pause * 2, LONGEST_PAUSE_SECONDS)
                self._pause(pause)

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _start(self) -> None:
        """In a session of its own: Ctrl-C in the terminal reaches it by us only, and all of it can be ended at once."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster", "--skip-checks"]
        environment = {**os.environ, "WORKER_NAME": self.worker}
        self._child = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 our own
        self._ask("spreekuur.periodic_tasks.tick")  # not half a minute later
        self._heard_at, self._patience = monotonic(), max(self.frozen_after, START_SECONDS)

    def _watch(self) -> str:
        """Returns what is the matter with the cluster, in words; "" when we were told to stop."""
        next_beat_at = 0.0
        while not self.is_stopping:
            if self._child.poll() is not None:
                return f"ended with code {self._child.returncode}"
            if monotonic() >= next_beat_at:
                next_beat_at = monotonic() + self.beat_every
                self._ask("outbox.tasks.heartbeat")
                self._listen()
            if monotonic() - self._heard_at > self._patience:
                return f"was not heard of for {self._patience:.0f} seconds"
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(LOOK_SECONDS)
        return ""

    def _ask(self, task: str) -> None:
        close_old_connections()
        try:
            async_task(task)
        except Exception as error:  # any broker fails in its own way; a frozen cluster may hold SQLite's lock
            logger.warning("the queue cannot be reached: %s", in_short(error))

    def _listen(self) -> None:
        try:
            heard = Heartbeat.objects.filter(worker=self.worker).values_list("beat_at", flat=True).first()
            mend_timetable()
        except (DatabaseError, InterfaceError):  # away: then silence proves nothing
            self._heard_at = monotonic()
            return
        if heard != self._heard:
            self._heard, self._heard_at, self._patience = heard, monotonic(), self.frozen_after

    def _pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while not self.is_stopping and monotonic() < until:
            sleep(LOOK_SECONDS)

    def _end(self, *, grace: float) -> None:
        """Ask it to finish, and take away whatever is left of it."""
        if grace and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(grace)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
