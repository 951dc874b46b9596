"""A web server that is overloaded refuses what waited too long, and recovers; compression; what is loaded before."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from spreekuur.load_shedding import shed_load
from tests.processes import HANG_SECONDS, wait_for

ROOT = Path(__file__).parent.parent.parent
LIMIT = 2.0  # seconds, of tests/blocked_wsgi.py


@contextmanager
def blocked_server(folder):
    """One thread, as in production, that is busy until the file `open` exists."""
    environment = os.environ | {"OPEN": str(folder / "open"), "SEEN": str(folder / "seen")}
    listener = socket.create_server(("127.0.0.1", 0))
    command = ["-m", "gunicorn", "tests.blocked_wsgi", "--worker-class=gthread", "--threads=1", "--log-level=warning"]
    with listener:
        running = subprocess.Popen(
            [sys.executable, *command, f"--bind=fd://{listener.fileno()}", f"--timeout={HANG_SECONDS}"],
            cwd=ROOT,
            env=environment,
            pass_fds=[listener.fileno()],
        )
        try:
            yield listener.getsockname()
        finally:
            running.terminate()
            running.wait(HANG_SECONDS)


def ask(address, path):
    connection = socket.create_connection(address, timeout=HANG_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return connection


def answer(connection):
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.process
def test_what_waited_too_long_is_refused_what_left_is_not_done_and_what_comes_next_is_answered(tmp_path):
    with blocked_server(tmp_path) as address:
        first = ask(address, "/first")
        wait_for((tmp_path / "seen").exists)
        waiting, api = ask(address, "/waiting"), ask(address, "/api/v1/slots")
        ask(address, "/left").close()
        asked_at = monotonic()
        wait_for(lambda: monotonic() - asked_at > LIMIT + 1)
        (tmp_path / "open").touch()

        refused, refused_api = answer(waiting), answer(api)

        assert answer(first).endswith(b"ok")
        assert (refused.split(b"\r\n")[0], b"Retry-After: 5" in refused) == (b"HTTP/1.1 503 Service Unavailable", True)
        assert b"probeer het over een paar seconden opnieuw" in refused
        assert b"application/problem+json" in refused_api
        assert answer(ask(address, "/next")).endswith(b"ok")
        assert (tmp_path / "seen").read_text().split() == ["/first", "/next"]


def test_without_a_limit_the_application_is_not_wrapped():
    assert shed_load(answer, max_seconds=0) is answer


def test_a_connection_that_tells_nothing_is_answered():
    application = shed_load(lambda environ, start_response: [b"ok"], max_seconds=1)
    here, there = socket.socketpair()
    with here, there:
        assert (application({"gunicorn.socket": here}, None), application({}, None)) == ([b"ok"], [b"ok"])


def test_a_queue_that_has_stood_for_the_limit_may_not_be_long(monkeypatch):
    now = 0.0
    monkeypatch.setattr("spreekuur.load_shedding.monotonic", lambda: now)
    statuses = []
    application = shed_load(lambda environ, start_response: [b"ok"], max_seconds=30)
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as there:
        there.sendall(b"GET / HTTP/1.1\r\n\r\n")
        here, _address = listener.accept()
        with here:
            asked_at = monotonic()
            wait_for(lambda: monotonic() - asked_at > 0.7)

            assert application({"gunicorn.socket": here}, None) == [b"ok"]
            now = 31.0
            application({"gunicorn.socket": here}, lambda status, headers: statuses.append(status))

    assert statuses == ["503 Service Unavailable"]


@pytest.mark.django_db
def test_a_page_is_compressed_and_its_length_says_little(client):
    pages = [client.get("/privacy/", headers={"Accept-Encoding": "gzip"}) for _ in range(20)]

    assert {page.headers["Content-Encoding"] for page in pages} == {"gzip"}
    assert len({len(page.content) for page in pages}) > 1


@pytest.mark.process
def test_the_production_server_has_loaded_everything_before_it_forks():
    loaded = "import sys; import spreekuur.wsgi; from spreekuur import gunicorn_conf; gunicorn_conf.when_ready(None)"
    asked = "from django.urls import get_resolver as urls; print('twilio.rest' in sys.modules, urls()._populated)"
    environment = os.environ | {"DATABASE_URL": "sqlite://:memory:", "DEMO": "1", "DEBUG": "1"}

    done = subprocess.run(
        [sys.executable, "-c", f"{loaded}; {asked}"], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert (done.stdout.split(), done.stderr) == (["True", "True"], "")
