"""Installation for browser tests: a web server and a worker with their own database, mailbox and clock."""

import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.databases import copy_sqlite, migrated_sqlite
from tests.processes import HANG_SECONDS

ROOT = Path(__file__).resolve().parents[2]
CLOCK = Path(__file__).parent / "clock"
WEB = ["-m", "gunicorn", "spreekuur.wsgi", "--worker-class", "gthread", "--threads", "8", "--log-level", "warning"]
WEB += ["--timeout", str(HANG_SECONDS)]


class Installation:
    """Installation in its own folder; with `copy_of`, the folder of a stopped one, it starts with that database."""

    def __init__(self, folder: Path, *, starts_at: datetime, copy_of: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.socket = socket.create_server(("127.0.0.1", 0))  # bound once, so that no other test can take this port
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder / 'spreekuur.sqlite3'}",
            "DEBUG": "1",
            "DEMO": "1",
            "LINK_SECRET": "a secret of this installation only, long enough to sign with",
            "PUBLIC_URL": self.url,
            "PYTHONPATH": str(CLOCK),
            "STORY_CLOCK": str(folder / "clock"),
            "WORKERS": "1",
            "EMAIL_URL": "",
            "REDIS_URL": "",
            "REQUEST_QUEUE_SECONDS": "0",  # on a slow machine a page may wait
            "TWILIO_ACCOUNT_SID": "",
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.set_clock(starts_at)
        copy_sqlite(copy_of / "spreekuur.sqlite3" if copy_of else migrated_sqlite(), folder / "spreekuur.sqlite3")

    def move_clock(self, time: datetime) -> None:
        """Stop the worker, set the clock and start it again, so that no task runs in between."""
        self.worker.send_signal(signal.SIGTERM)
        self.worker.wait(HANG_SECONDS)
        self.running.remove(self.worker)
        self.set_clock(time)
        self.start_worker()

    def set_clock(self, time: datetime) -> None:
        new = self.folder / "clock.new"
        new.write_text(str((time - datetime.now(UTC)).total_seconds()))
        new.replace(self.folder / "clock")

    def manage(self, *command: str) -> str:
        """Run a management command and return its output."""
        arguments = [sys.executable, "manage.py", *command]
        result = subprocess.run(arguments, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def start(self) -> None:
        socket_number = self.socket.fileno()
        self._start("web", *WEB, "--bind", f"fd://{socket_number}", shares=(socket_number,))

    def start_worker(self) -> None:
        """Start the worker, which runs the periodic tasks at once."""
        self.worker = self._start("worker", "manage.py", "work")

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(HANG_SECONDS)
        self.running = []
        self.socket.close()

    def log(self, name: str) -> str:
        """Log of the web server or the worker."""
        return (self.folder / f"{name}.log").read_text()

    def _start(self, name: str, *command: str, shares: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
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
