"""Who only sends slowly is not killed for it: by the queue, by the watchdog, or by another worker that takes over."""

from datetime import timedelta

import pytest
from django.conf import settings

from outbox import channels, clock
from outbox.delivery.heartbeat import BEAT_EVERY
from outbox.delivery.worker import LEASE, ONE_SEND, PATIENCE, RUN, deliver_due
from outbox.models import Heartbeat
from outbox.models.message import NO_LEASE
from outbox.queue import AT_MOST_SECONDS
from outbox.sms import twilio
from spreekuur.watchdog import FROZEN_AFTER_SECONDS
from tests.factories import NOW, make_message

COMMANDS = 5  # MAIL, RCPT, DATA, the letter, and RSET or QUIT; each waits so long for its answer (RFC 5321, 4.5.3.2)
REQUESTS = 2  # to look a text up, and to send it
PHASES = 2  # to connect, and to hear an answer


def test_the_slowest_send_fits_its_lease_and_the_queue_and_the_watchdog_let_it_end():
    record = timedelta(seconds=sum(PATIENCE))
    letter = timedelta(seconds=COMMANDS * settings.EMAIL_TIMEOUT) + record
    text = timedelta(seconds=REQUESTS * PHASES * twilio.TIMEOUT_SECONDS) + record

    assert max(letter, text) <= ONE_SEND < LEASE < NO_LEASE
    assert RUN + LEASE + record <= timedelta(seconds=AT_MOST_SECONDS)
    assert 2 * max(AT_MOST_SECONDS, settings.Q_CLUSTER["timeout"]) < settings.Q_CLUSTER["retry"]
    assert (BEAT_EVERY + ONE_SEND).total_seconds() < FROZEN_AFTER_SECONDS
    assert timedelta(seconds=clock.CALM_SECONDS) >= LEASE


@pytest.mark.django_db
def test_a_worker_that_delivers_for_long_says_that_it_lives(settings, monkeypatch):
    settings.WORKER_NAME = "machine:1"
    seconds, beats = [0], []
    monkeypatch.setattr(clock, "seconds", lambda: seconds[0])

    def send(self, message, *, now, last_look):
        seconds[0] += 11  # to connect
        last_look()
        seconds[0] += 2
        beats.extend((at - NOW).seconds for at in Heartbeat.objects.values_list("beat_at", flat=True))
        return ""

    monkeypatch.setattr(channels.Database, "send", send)
    make_message(), make_message(), make_message()

    assert deliver_due(now=NOW) == 3
    assert beats == [11, 24, 37]
