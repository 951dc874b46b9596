"""Restart a django-q2 cluster that hangs or ends. It freezes without ending when an idle process of it is killed."""

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

from core.batch import describe_error
from outbox.models import Heartbeat

POLL_SECONDS = 0.2
FROZEN_AFTER_SECONDS = 150  # longer than a slow send keeps a worker from recording a heartbeat
START_SECONDS = 60  # a busy machine needs time to start a cluster
MAX_RESTART_PAUSE_SECONDS = 30
logger = logging.getLogger(__name__)


@dataclass
class Watchdog:
    """Enqueues heartbeats and restarts the cluster when none is recorded, or when it ended. All times in seconds."""

    worker: str  # name of its heartbeat
    frozen_after: float
    beat_every: float
    grace: float  # for a cluster to finish its running tasks
    is_stopping: bool = False
    _last_beat: datetime | None = None
    _last_beat_at: float = 0
    _patience: float = 0
    _child: subprocess.Popen[bytes] = field(init=False)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._request_stop)
        pause = 1.0
        while not self.is_stopping:
            started_at = monotonic()
            self._start()
            problem = self._watch()
            self._end(grace=self.grace if self.is_stopping else 0)
            if not self.is_stopping:
                logger.error("the cluster %s; it is restarted", problem)
                is_long_ago = monotonic() - started_at > self.frozen_after
                pause = 1.0 if is_long_ago else min(pause * 2, MAX_RESTART_PAUSE_SECONDS)
                self._pause(pause)

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only us and all its processes can be killed."""
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster", "--skip-checks"]
        environment = {**os.environ, "WORKER_NAME": self.worker}
        self._child = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 our own
        self._enqueue("spreekuur.periodic_tasks.run_periodic_tasks")  # at once, not within half a minute
        self._last_beat_at, self._patience = monotonic(), max(self.frozen_after, START_SECONDS)

    def _watch(self) -> str:
        """Wait until something is wrong with the cluster; returns what, or "" when we were told to stop."""
        next_beat_at = 0.0
        while not self.is_stopping:
            if self._child.poll() is not None:
                return f"ended with code {self._child.returncode}"
            if monotonic() >= next_beat_at:
                next_beat_at = monotonic() + self.beat_every
                self._enqueue("outbox.tasks.heartbeat")
                self._read_heartbeat()
            if monotonic() - self._last_beat_at > self._patience:
                return f"sent no heartbeat for {self._patience:.0f} seconds"
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(POLL_SECONDS)
        return ""

    def _enqueue(self, task: str) -> None:
        close_old_connections()
        try:
            async_task(task)
        except Exception as error:  # any broker fails in its own way; a frozen cluster may hold SQLite's lock
            logger.warning("the queue cannot be reached: %s", describe_error(error))

    def _read_heartbeat(self) -> None:
        try:
            beat = Heartbeat.objects.filter(worker=self.worker).values_list("beat_at", flat=True).first()
        except (DatabaseError, InterfaceError):  # without a database a missing heartbeat proves nothing
            self._last_beat_at = monotonic()
            return
        if beat != self._last_beat:
            self._last_beat, self._last_beat_at, self._patience = beat, monotonic(), self.frozen_after

    def _pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while not self.is_stopping and monotonic() < until:
            sleep(POLL_SECONDS)

    def _end(self, *, grace: float) -> None:
        """Ask it to finish, then kill what is left of it."""
        if grace and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(grace)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
