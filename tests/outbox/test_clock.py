"""Durations follow the seconds that pass, not the wall clock; times of wrong clocks do little harm."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend

from outbox import clock
from outbox.clock import MonotonicClock
from outbox.delivery.worker import claim, deliver_due
from outbox.models import Message
from tests.factories import NOW, make_message

HOUR = timedelta(hours=1)


class FakeSeconds:
    """Replaces the monotonic seconds; the test lets them pass."""

    def __init__(self, monkeypatch):
        self.passed = 0.0
        monkeypatch.setattr(clock, "seconds", lambda: self.passed)

    def advance(self, number):
        self.passed += number


class SlowServer(BaseEmailBackend):
    """Takes nearly half a minute for an e-mail."""

    def send_messages(self, email_messages):
        self.seconds.advance(25)
        return len(email_messages)


@pytest.fixture
def seconds(monkeypatch):
    return FakeSeconds(monkeypatch)


def states():
    return list(Message.objects.order_by("pk").values_list("state", "attempts", "is_uncertain"))


def test_clock_advances_by_the_seconds_that_pass(seconds):
    started = MonotonicClock(NOW)
    seconds.advance(90)

    with time_machine.travel(NOW + HOUR):
        assert started.now() == NOW + timedelta(seconds=90)


@pytest.mark.django_db
def test_lease_of_a_clock_that_was_ahead_does_not_keep_a_message_for_hours(settings):
    settings.DEMO = False  # the demo sends messages of the future
    make_message()
    claim(now=NOW + HOUR, transports=["mail"])  # by a worker that died; then its clock was corrected

    assert deliver_due(now=NOW) == 1
    assert states() == [("sent", 2, True)]


@pytest.mark.django_db
def test_run_checks_the_expiry_at_the_time_of_each_claim(seconds, settings):
    make_message(), make_message(expires_at=NOW + timedelta(seconds=20)), make_message()
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "smtp://slow", f"{__name__}.SlowServer"
    SlowServer.seconds = seconds

    assert deliver_due(now=NOW) == 2
    assert [state for state, *_rest in states()] == ["sent", "queued", "sent"]
    times = Message.objects.order_by("pk").values_list("sending_at", "sent_at")
    assert [(began and began - NOW, ended and ended - NOW) for began, ended in times] == [
        (timedelta(0), timedelta(seconds=25)),
        (None, None),
        (timedelta(seconds=25), timedelta(seconds=50)),
    ]
