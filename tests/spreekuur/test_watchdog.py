"""A real cluster on a throw-away database, whose processes are killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import copy_sqlite, migrated_sqlite
from tests.processes import HANG_SECONDS, wait_for

pytestmark = pytest.mark.process

ROOT = Path(__file__).parent.parent.parent
FROZEN_SECONDS = 12  # of silence; a cluster that works is heard of every second, on a slow machine every few seconds


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    file = tmp_path_factory.mktemp("watchdog") / "watchdog.sqlite3"
    copy_sqlite(migrated_sqlite(), file)
    return file


@pytest.fixture
def start_worker(database):
    started = []

    def start(*options):
        command = [sys.executable, "manage.py", "work", "--beat-every=1", *options]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment(database)))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.wait(HANG_SECONDS)


def environment(file):
    return {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "DEBUG": "1", "WORKERS": "2"}


def beats(database):
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=HANG_SECONDS)) as connection:
        return connection.execute("SELECT worker, beat_at FROM outbox_heartbeat").fetchall()


def next_beat(database):
    before = beats(database)
    return wait_for(lambda: [beat for beat in beats(database) if beat not in before])


def children_of(pid):
    """Process ids, oldest first."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def cluster_of(worker):
    """The cluster's process, its sentinel, and the processes that do the work."""
    leader = wait_for(lambda: children_of(worker.pid))[0]
    sentinel = wait_for(lambda: children_of(leader))[0]
    return leader, sentinel, wait_for(lambda: children_of(sentinel)[:2])


def is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_frozen_cluster_is_stopped_completely_and_restarted(start_worker, database):
    worker = start_worker(f"--frozen-after={FROZEN_SECONDS}")
    next_beat(database)
    leader, _sentinel, workers = cluster_of(worker)

    for process in workers:
        os.kill(process, signal.SIGSTOP)
    wait_for(lambda: is_gone(leader))
    beat = next_beat(database)
    second_leader, _sentinel, _workers = cluster_of(worker)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(HANG_SECONDS) == 0
    assert [name.split(":")[1] for name, _moment in beat] == [str(worker.pid)]
    assert (second_leader != leader, is_gone(second_leader)) == (True, True)


def test_a_cluster_that_ended_is_restarted(start_worker, database):
    worker = start_worker()
    next_beat(database)
    leader, _sentinel, _workers = cluster_of(worker)

    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: is_gone(leader))
    next_beat(database)
    second_leader, _sentinel, _workers = cluster_of(worker)
    worker.send_signal(signal.SIGINT)

    assert worker.wait(HANG_SECONDS) == 0
    assert is_gone(second_leader)
