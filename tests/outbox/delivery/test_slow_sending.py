"""A worker that sends slowly is not killed by the queue or the watchdog, and no other worker takes over."""

from datetime import timedelta

import pytest
from django.conf import settings

from outbox import backends, clock
from outbox.delivery.coordination import HEARTBEAT_INTERVAL
from outbox.delivery.worker import DATABASE_RETRY_SECONDS, LEASE, MAX_SEND, RUN_LENGTH, deliver_due
from outbox.models import Heartbeat
from outbox.models.message import MAX_LEASE
from outbox.queue import TASK_TIMEOUT_SECONDS
from outbox.sms import twilio
from spreekuur.watchdog import FROZEN_AFTER_SECONDS
from tests.factories import NOW, make_message

pytestmark = pytest.mark.both_databases

COMMANDS = 5  # MAIL, RCPT, DATA, the body, and RSET or QUIT; each waits for its reply (RFC 5321, 4.5.3.2)
REQUESTS = 2  # to look an SMS up, and to send it
PHASES = 2  # to connect, and to read the response


def test_slowest_send_fits_the_lease_the_queue_and_the_watchdog():
    record = timedelta(seconds=sum(DATABASE_RETRY_SECONDS))
    email = timedelta(seconds=COMMANDS * settings.EMAIL_TIMEOUT) + record
    sms = timedelta(seconds=REQUESTS * PHASES * twilio.TIMEOUT_SECONDS) + record

    assert max(email, sms) <= MAX_SEND < LEASE < MAX_LEASE
    assert RUN_LENGTH + LEASE + record <= timedelta(seconds=TASK_TIMEOUT_SECONDS)
    assert 2 * max(TASK_TIMEOUT_SECONDS, settings.Q_CLUSTER["timeout"]) < settings.Q_CLUSTER["retry"]
    assert (HEARTBEAT_INTERVAL + MAX_SEND).total_seconds() < FROZEN_AFTER_SECONDS


@pytest.mark.django_db
def test_long_run_records_heartbeats(settings, monkeypatch):
    settings.WORKER_NAME = "machine:1"
    seconds, beats = [0], []
    monkeypatch.setattr(clock, "seconds", lambda: seconds[0])

    def send(self, message, *, now, final_check):
        seconds[0] += 11  # to connect
        final_check()
        seconds[0] += 2
        beats.extend((at - NOW).seconds for at in Heartbeat.objects.values_list("beat_at", flat=True))
        return ""

    monkeypatch.setattr(backends.DatabaseBackend, "send", send)
    make_message(), make_message(), make_message()

    assert deliver_due(now=NOW) == 3
    assert beats == [11, 24, 37]
