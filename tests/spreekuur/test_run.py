"""`manage.py run`: a real start on an empty database."""

import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from socket import socket
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command

from tests.databases import copy_sqlite, migrated_sqlite
from tests.processes import HANG_SECONDS, wait_for
from tests.stand_ins import free_port

pytestmark = pytest.mark.process

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def running(tmp_path):
    """Port, process and log file of a running server."""
    port, output = free_port(), tmp_path / "output.txt"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'run.sqlite3'}",
        "PYTHONUNBUFFERED": "1",
    }
    copy_sqlite(migrated_sqlite(), tmp_path / "run.sqlite3")
    command = [sys.executable, "manage.py", "run", "--port", str(port)]
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
        yield port, process, output
        process.send_signal(signal.SIGINT)
        process.wait(HANG_SECONDS)


def status_of(url):
    try:
        with urlopen(url, timeout=HANG_SECONDS) as answer:
            return answer.status
    except HTTPError as error:
        with error:
            return error.code
    except URLError:
        return 0


def test_web_and_worker_start_together_and_stop_together(running):
    port, process, output = running
    site = f"http://localhost:{port}"

    words = wait_for(lambda: "Ctrl-C stops" in output.read_text() and output.read_text())
    wait_for(lambda: status_of(f"{site}/healthz/worker") == 200)
    private_link = re.search(rf"{site}/u/\S+", words)[0]
    pages = [private_link, f"{site}/demo/outbox/", f"{site}/static/spreekuur/spreekuur.css"]
    statuses = [status_of(page) for page in pages]
    process.send_signal(signal.SIGINT)

    assert process.wait(HANG_SECONDS) == 0
    assert statuses == [200, 200, 200]
    assert re.search(r"@ziekenhuis-oostmeer.example +Recruiter", words)
    assert "Traceback" not in output.read_text()
    assert status_of(f"{site}/healthz") == 0


def test_a_port_that_is_taken_is_named():
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} cannot be used .* make run PORT={port + 1}"):
            call_command("run", port=port)
