"""Redis as broker and cache, with a real worker on a temporary PostgreSQL database."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.databases import copy_postgresql, drop_postgresql
from tests.processes import HANG_SECONDS, wait_for
from tests.stand_ins import free_port

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.process]
ROOT = Path(__file__).parent.parent.parent
QUEUE = "django_q:spreekuur:q"
POST = """
from django.utils import timezone
from outbox import services
from outbox.drafts import MessageDraft
services.post(
    MessageDraft(
        kind="confirmation", dedupe_key="redis", about="booking:1", person_key="candidate:1", language="nl",
        recipient="kandidaat@kandidaat.example", recipient_name="Sevda Aydin", sender_name="Marit de Wit",
        sender_email="loopbaan@ziekenhuis-oostmeer.example", subject="Je gesprek", text="Tot dinsdag.",
    ),
    now=timezone.now(),
)
"""
COUNT = """
from core.rate_limits import is_within_limit
print([is_within_limit(action="link", key="somebody", limit=2, seconds=600) for _ in range(3)])
"""
HEALTH = """
from django.test import Client
print(Client().get("/healthz/worker").status_code)
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    """Url of an empty Redis: REDIS_TEST_URL, or a server for this file."""
    if url := os.environ.get("REDIS_TEST_URL"):
        yield url
        return
    port, directory = free_port(), tmp_path_factory.mktemp("redis")
    asked = {"port": port, "bind": "127.0.0.1", "dir": directory, "save": "", "appendonly": "no"}
    options = [str(word) for name, value in asked.items() for word in (f"--{name}", value)]
    server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(f"redis://127.0.0.1:{port}/0"))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(HANG_SECONDS)


def answers(url):
    try:
        with Redis.from_url(url) as client:
            return client.ping()
    except RedisError:
        return False


@pytest.fixture(scope="module")
def database():
    """Url of a separate database, so that the worker does not see rows of other tests."""
    name = f"test_spreekuur_redis_{os.getpid()}"
    copy_postgresql(name)
    yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    drop_postgresql(name)


@pytest.fixture(scope="module")
def environment(database, redis):
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "DEBUG": "1",
        "DEMO": "1",
        "WORKERS": "2",
        "ALLOWED_HOSTS": "testserver",
    }


@pytest.fixture
def start_worker(environment):
    started = []

    def start():
        command = [sys.executable, "manage.py", "work", "--beat-every=1", "--grace=5"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[0]

    yield start
    for process in started:
        process.terminate()
        process.wait(HANG_SECONDS)


def run(code, environment):
    """Output of this code, run with the settings of that environment."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def rows(database, statement):
    with psycopg.connect(urlsplit(database)._replace(scheme="postgresql").geturl()) as connection:
        return connection.execute(statement).fetchall()


def test_mail_is_delivered_and_heartbeats_are_recorded_with_redis(environment, database, redis, start_worker):
    run(POST, environment)
    with Redis.from_url(redis) as client:
        asked = client.llen(QUEUE)
    statuses = [run(HEALTH, environment)]
    began_at = datetime.now(UTC)

    worker = start_worker()
    wait_for(lambda: rows(database, "SELECT 1 FROM outbox_message WHERE state = 'sent'"))
    wait_for(lambda: [row for row in rows(database, "SELECT beat_at FROM outbox_heartbeat") if row[0] > began_at])
    statuses.append(run(HEALTH, environment))
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(HANG_SECONDS) == 0
    assert (asked, statuses) == (1, ["503", "200"])
    assert rows(database, "SELECT count(*) FROM django_q_ormq") == [(0,)]


def test_counters_are_kept_in_redis_and_expire(environment, redis):
    within = run(COUNT, environment)

    with Redis.from_url(redis, decode_responses=True) as client:
        kept = [0 < client.ttl(place) <= 600 for place in client.keys("*limit:*")]
    assert within == "[True, True, False]"
    assert kept == [True, True]
