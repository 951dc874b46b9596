"""A whole installation for as long as the measuring lasts: a database of its own, and the web server on it."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench.client import Asked, Client

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DEBUG": "off",
    "DEMO": "off",
    "ALLOWED_HOSTS": "127.0.0.1",
    "PUBLIC_URL": "https://spreekuur.example",
    "EMAIL_URL": "smtp+tls://mail.example:587",
    "SSL_REDIRECT": "off",
    "DJANGO_SETTINGS_MODULE": "spreekuur.settings",
}
PROGRESS = sys.stderr  # standard output is for the figures


@dataclass
class House:
    """A staged database. `stage` is what stage.py made: tokens, keys and pages to ask for."""

    database: str
    environment: dict
    advisors: int = 0
    past: int = 0
    stage: dict = field(default_factory=dict)
    python: str = sys.executable
    place: Path = ROOT  # where it is run

    def __str__(self):
        return f"{self.database}, {self.advisors} advisors, {self.past} past bookings"

    def run(self, module, *arguments):
        """What a module of ours says about this database, as JSON."""
        return json.loads(run(self, "-m", module, *arguments))


def say(text):
    print(text, file=PROGRESS, flush=True)


def place_of_postgresql():
    """The url of a server on which databases may be made; None when there is none."""
    return os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")


@contextmanager
def house(empty, *, advisors, past, invitations, static):
    """A copy of the empty one, filled."""
    with database(empty.database, like=empty.environment["DATABASE_URL"]) as url:
        own = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BENCH_STATIC": static}
        made = House(empty.database, empty.environment | own, advisors, past)
        say(f"{made}: staging ...")
        told = {"advisors": advisors, "past": past, "invitations": invitations}
        made.stage = made.run("tests.bench.fixtures", *(f"--{name}={value}" for name, value in told.items()))
        yield made


@contextmanager
def empty_house(kind):
    """Tables, and nothing in them."""
    with database(kind) as url:
        environment = os.environ | PRODUCTION | {"DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32)}
        environment.pop("REDIS_URL", None)
        made = House(kind, environment)
        run(made, "manage.py", "migrate", "--verbosity=0")
        run(made, "manage.py", "createcachetable", "--verbosity=0")
        yield made


@contextmanager
def static_files():
    """Collected once, for every house."""
    directory = tempfile.mkdtemp(prefix="spreekuur-bench-static-")
    environment = os.environ | PRODUCTION | {"DATABASE_URL": "sqlite://:memory:", "BENCH_STATIC": directory}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    try:
        nowhere = House("sqlite", environment | {"SECRET_KEY": secrets.token_hex(32)})
        run(nowhere, "manage.py", "collectstatic", "--no-input")
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def server(house, *, workers=2, threads=4, application="spreekuur.wsgi"):
    """gunicorn as in production; gives the port once it answers."""
    port = _free_port()
    options = ["--worker-class=gthread", f"--workers={workers}", f"--threads={threads}", "--keep-alive=60"]
    command = [house.python, "-m", "gunicorn", application, *options, f"--bind=127.0.0.1:{port}"]
    with tempfile.TemporaryFile("w+") as log:
        running = subprocess.Popen(command, cwd=house.place, env=house.environment, stdout=log, stderr=log)
        try:
            _wait_for(port, running, log)
            yield port
        finally:
            running.terminate()
            running.wait(timeout=40)


@contextmanager
def database(kind, *, like=None):
    """Its url; with `like`, the url of another, a copy of that."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="spreekuur-bench-") as directory:
            if like:
                shutil.copy(like.removeprefix("sqlite:///"), f"{directory}/bench.sqlite3")
            yield f"sqlite:///{directory}/bench.sqlite3"
        return
    name = f"spreekuur_bench_{secrets.token_hex(4)}"
    place = place_of_postgresql()
    maintenance = urlunsplit(urlsplit(place)._replace(scheme="postgresql", path="/postgres"))
    template = f" TEMPLATE {urlsplit(like).path[1:]}" if like else ""
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{template}")
    try:
        yield urlunsplit(urlsplit(place)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(maintenance, autocommit=True) as connection:  # the first would not survive a restart
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(house, *arguments):
    """What a program says, with the house's own Python and database."""
    command = [house.python, *arguments]
    done = subprocess.run(command, cwd=house.place, env=house.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-6000:]}")
    return done.stdout


def _wait_for(port, running, log):
    for _ in range(200):
        if running.poll() is not None:
            break
        try:
            with closing(Client(port)) as client:
                return client.send(Asked("GET", "/healthz"))
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    raise SystemExit(f"the server does not answer:\n{log.read()[-6000:]}")


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
