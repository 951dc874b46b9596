"""A house to walk through: a real web server and a real worker, with a database, a mailbox and a clock of their own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.processes import MIGRATE

ROOT = Path(__file__).resolve().parents[2]
CLOCK = Path(__file__).parent / "clock"
WEB = ["-m", "gunicorn", "spreekuur.wsgi", "--worker-class", "gthread", "--threads", "8", "--log-level", "warning"]
SECONDS_TO_STOP = 20


class House:
    """With `built`, the folder of a house that was closed, everything that happened there happened here too."""

    def __init__(self, place: Path, *, opens_at: datetime, built: Path | None = None) -> None:
        place.mkdir(parents=True)
        self.place = place
        self.door = socket.create_server(("127.0.0.1", 0))  # bound once: no other test can take this port meanwhile
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{place / 'house.sqlite3'}",
            "DEBUG": "1",
            "DEMO": "1",
            "LINK_SECRET": "a secret of this house only, long enough to sign with",
            "PUBLIC_URL": self.url,
            "PYTHONPATH": str(CLOCK),
            "STORY_CLOCK": str(place / "clock"),
            "WORKERS": "1",
            "EMAIL_URL": "",
            "REDIS_URL": "",
            "TWILIO_ACCOUNT_SID": "",
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.set_clock(opens_at)
        if built:
            shutil.copy(built / "house.sqlite3", place / "house.sqlite3")
        else:
            self.manage("shell", "--no-imports", "--command", MIGRATE)

    def turn_clock(self, moment: datetime) -> None:
        """Nobody works meanwhile: a worker that sees a clock jump sends nothing for three minutes."""
        self.worker.send_signal(signal.SIGTERM)
        self.worker.wait(SECONDS_TO_STOP)
        self.running.remove(self.worker)
        self.set_clock(moment)
        self.start_worker()

    def set_clock(self, moment: datetime) -> None:
        new = self.place / "clock.new"
        new.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        new.replace(self.place / "clock")

    def manage(self, *command: str) -> str:
        """What a management command prints."""
        asked = [sys.executable, "manage.py", *command]
        told = subprocess.run(asked, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        return told.stdout

    def open(self) -> None:
        socket_number = self.door.fileno()
        self._start("web", *WEB, "--bind", f"fd://{socket_number}", shares=(socket_number,))

    def start_worker(self) -> None:
        """The first thing that a worker does is what the timetable asks every minute."""
        self.worker = self._start("worker", "manage.py", "work")

    def close(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(SECONDS_TO_STOP)
        self.running = []
        self.door.close()

    def said(self, name: str) -> str:
        """What the web server or the worker wrote."""
        return (self.place / f"{name}.log").read_text()

    def _start(self, name: str, *command: str, shares: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        with (self.place / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=shares,
            )
        self.running.append(process)
        return process
