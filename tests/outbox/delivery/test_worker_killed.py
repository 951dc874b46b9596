"""A delivering process is killed at a known point: while the mail server keeps it waiting."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from urllib.parse import quote

import pytest
from django.db import connection

from outbox.delivery.worker import LEASE, deliver_due
from outbox.models import Message
from tests.factories import NOW, make_message
from tests.processes import HANG_SECONDS
from tests.stand_ins import mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
ROOT = Path(__file__).resolve().parents[3]
AFTER_LEASE = NOW + LEASE * 2
EARLIER = NOW - LEASE  # is claimed first: of two that are due at the same moment the database takes either
DELIVER = f"""
import django
django.setup()
from datetime import datetime
from outbox.delivery.worker import deliver_due
deliver_due(now=datetime.fromisoformat("{NOW.isoformat()}"))
"""


def database_url():
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    login = f"{database['USER']}:{quote(database['PASSWORD'], safe='')}"
    return f"postgres://{login}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"


@contextmanager
def another_process(*, port):
    """Deliver from this database to the mail server on that port; killed at the end."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "spreekuur.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    process = subprocess.Popen([sys.executable, "-c", DELIVER], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def outcomes():
    return list(Message.objects.order_by("pk").values_list("state", "attempts", "is_uncertain"))


def test_kill_between_claim_and_send_loses_nothing(settings):
    make_message(not_before=EARLIER), make_message()
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(HANG_SECONDS)
        with another_process(port=silent.getsockname()[1]):
            caller, _address = silent.accept()  # it waits for a greeting
        caller.close()
    after_kill = outcomes()

    with mail_server(settings) as server:
        deliver_due(now=AFTER_LEASE)

    assert after_kill == [("sending", 1, False), ("queued", 0, False)]
    assert outcomes() == [("sent", 2, True), ("sent", 1, False)]
    assert sorted(server.message_ids) == sorted(Message.objects.values_list("provider_id", flat=True))


def test_kill_between_send_and_record_sends_one_email_twice_and_marks_it(settings):
    first, second = make_message(not_before=EARLIER), make_message()
    with mail_server(after_data="hang") as server, another_process(port=server.port):
        assert server.accepted.wait(HANG_SECONDS)  # accepted, without a response
    after_kill = outcomes()

    with mail_server(settings) as next_server:
        deliver_due(now=AFTER_LEASE)

    assert after_kill == [("sending", 1, False), ("queued", 0, False)]
    assert outcomes() == [("sent", 2, True), ("sent", 1, False)]
    assert server.message_ids == [f"<{first.key}@localhost>"]
    assert sorted(next_server.message_ids) == sorted(f"<{message.key}@localhost>" for message in (first, second))


def test_two_processes_never_send_the_same_email():
    for _number in range(40):
        make_message()

    with mail_server() as server, another_process(port=server.port) as one, another_process(port=server.port) as other:
        codes = [one.wait(HANG_SECONDS), other.wait(HANG_SECONDS)]

    assert codes == [0, 0]
    assert outcomes() == [("sent", 1, False)] * 40
    assert len(set(server.message_ids)) == len(server.message_ids) == 40
