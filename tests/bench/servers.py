"""Temporary installation: its own database, and a web server."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench.client import HttpClient, HttpRequest
from tests.processes import HANG_SECONDS, wait_for

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DEBUG": "off",
    "DEMO": "off",
    "ALLOWED_HOSTS": "127.0.0.1",
    "PUBLIC_URL": "https://spreekuur.example",
    "EMAIL_URL": "smtp+tls://mail.example:587",
    "SSL_REDIRECT": "off",
    "REQUEST_QUEUE_SECONDS": "0",  # the race queues on purpose
    "DJANGO_SETTINGS_MODULE": "spreekuur.settings",
}
PROGRESS = sys.stderr  # standard output has the figures


@dataclass
class Installation:
    """Database with its environment. `stage`: tokens, keys and pages from fixtures.py."""

    database: str
    environment: dict
    advisors: int = 0
    past: int = 0
    stage: dict = field(default_factory=dict)
    python: str = sys.executable
    place: Path = ROOT  # working directory

    def __str__(self):
        return f"{self.database}, {self.advisors} advisors, {self.past} past bookings"

    def run(self, module, *arguments):
        """Run a module on this database and parse its JSON output."""
        return json.loads(run(self, "-m", module, *arguments))


def log_progress(text):
    print(text, file=PROGRESS, flush=True)


def postgresql_url():
    """Url of a PostgreSQL server where databases can be created; None without one."""
    return os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")


@contextmanager
def staged_installation(empty, *, advisors, past, invitations, static):
    """Yield a copy of the empty installation, filled with data."""
    with database(empty.database, like=empty.environment["DATABASE_URL"]) as url:
        own = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BENCH_STATIC": static}
        installation = Installation(empty.database, empty.environment | own, advisors, past)
        log_progress(f"{installation}: staging ...")
        arguments = {"advisors": advisors, "past": past, "invitations": invitations}
        installation.stage = installation.run(
            "tests.bench.fixtures", *(f"--{name}={value}" for name, value in arguments.items())
        )
        yield installation


@contextmanager
def empty_installation(kind):
    """Yield an installation with empty tables."""
    with database(kind) as url:
        environment = (
            os.environ
            | PRODUCTION
            | {"DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32), "LINK_SECRET": secrets.token_hex(32)}
        )
        environment.pop("REDIS_URL", None)
        installation = Installation(kind, environment)
        run(installation, "manage.py", "migrate", "--verbosity=0")
        run(installation, "manage.py", "createcachetable", "--verbosity=0")
        yield installation


@contextmanager
def static_files():
    """Yield a directory with the collected static files."""
    directory = tempfile.mkdtemp(prefix="spreekuur-bench-static-")
    environment = os.environ | PRODUCTION | {"DATABASE_URL": "sqlite://:memory:", "BENCH_STATIC": directory}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    try:
        nowhere = Installation(
            "sqlite", environment | {"SECRET_KEY": secrets.token_hex(32), "LINK_SECRET": secrets.token_hex(32)}
        )
        run(nowhere, "manage.py", "collectstatic", "--no-input")
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def server(installation, *, workers=2, threads=4, application="spreekuur.wsgi", config=""):
    """Run gunicorn as in production; yield the port once it responds."""
    port = _free_port()
    options = [
        "--worker-class=gthread",
        f"--workers={workers}",
        f"--threads={threads}",
        "--keep-alive=60",
        f"--timeout={HANG_SECONDS}",
    ]
    options += [f"--config={config}"] if config else []
    command = [installation.python, "-m", "gunicorn", application, *options, f"--bind=127.0.0.1:{port}"]
    with tempfile.TemporaryFile("w+") as log:
        running = subprocess.Popen(
            command, cwd=installation.place, env=installation.environment, stdout=log, stderr=log
        )
        try:
            _wait_for(port, running, log)
            yield port
        finally:
            running.terminate()
            running.wait(timeout=HANG_SECONDS)


@contextmanager
def database(kind, *, like=None):
    """Yield the url of a temporary database; with `like`, a copy of the database at that url."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="spreekuur-bench-") as directory:
            if like:
                shutil.copy(like.removeprefix("sqlite:///"), f"{directory}/bench.sqlite3")
            yield f"sqlite:///{directory}/bench.sqlite3"
        return
    name = f"spreekuur_bench_{secrets.token_hex(4)}"
    url = postgresql_url()
    maintenance = urlunsplit(urlsplit(url)._replace(scheme="postgresql", path="/postgres"))
    template = f" TEMPLATE {urlsplit(like).path[1:]}" if like else ""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{template}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(maintenance, autocommit=True) as connection:  # new: a restart may have closed the first
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(installation, *arguments):
    """Run a program in the installation and return its output."""
    command = [installation.python, *arguments]
    where = {"cwd": installation.place, "env": installation.environment}
    done = subprocess.run(command, **where, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-6000:]}")
    return done.stdout


def _wait_for(port, running, log):
    def answers_or_ended():
        if running.poll() is not None:
            return "ended"
        try:
            with closing(HttpClient(port)) as client:
                return client.send(HttpRequest("GET", "/healthz"))
        except OSError:
            return None

    if wait_for(answers_or_ended) == "ended":
        log.seek(0)
        raise SystemExit(f"the server does not respond:\n{log.read()[-6000:]}")


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
