"""Clocks that jump, forward and back."""

from datetime import timedelta
from importlib import reload

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend

from outbox import clock as ticking
from outbox import tasks
from outbox.clock import CALM_SECONDS, Clock, Watch
from outbox.delivery.worker import claim, deliver_due
from outbox.models import Message
from tests.factories import NOW, make_message

HOUR = timedelta(hours=1)


class Seconds:
    """Those that pass, told by the test."""

    def __init__(self, monkeypatch):
        self.passed = 0.0
        monkeypatch.setattr(ticking, "seconds", lambda: self.passed)

    def pass_by(self, number):
        self.passed += number


class SlowServer(BaseEmailBackend):
    """Takes nearly half a minute for a letter."""

    def send_messages(self, email_messages):
        self.seconds.pass_by(25)
        return len(email_messages)


@pytest.fixture
def seconds(monkeypatch):
    return Seconds(monkeypatch)


def states():
    return list(Message.objects.order_by("pk").values_list("state", "attempts", "is_uncertain"))


def test_a_clock_goes_on_by_the_seconds_that_pass(seconds):
    clock = Clock(NOW)
    seconds.pass_by(90)

    with time_machine.travel(NOW + HOUR):
        assert clock.now() == NOW + timedelta(seconds=90)


@pytest.mark.parametrize(("moved", "jump"), [(0, 0), (9, 0), (-9, 0), (3600, 3600), (-3600, -3600)])
def test_a_watch_tells_a_jump_from_a_clock_that_is_set_right(seconds, moved, jump):
    watch = Watch()
    watch.jumped(NOW)
    seconds.pass_by(60)

    assert watch.jumped(NOW + timedelta(seconds=60 + moved)) == jump
    assert watch.is_calm() is (jump == 0)
    seconds.pass_by(CALM_SECONDS)
    assert watch.is_calm()


def test_a_watch_has_seen_no_jump_at_its_first_look():
    watch = Watch()

    assert (watch.jumped(NOW), watch.is_calm()) == (0, True)


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_after_a_jump_nobody_takes_over_and_nothing_is_given_up_for_three_minutes(seconds, caplog, jump):
    with time_machine.travel(NOW, tick=False):
        tasks.deliver_due_messages()
    make_message(), make_message(useless_after=NOW + HOUR)
    claim(now=NOW, channels=["mail"])  # somebody is sending it
    with time_machine.travel(NOW + jump, tick=False):
        tasks.deliver_due_messages()
    jumped = states()

    seconds.pass_by(CALM_SECONDS + 1)  # and the clock is right again
    with time_machine.travel(NOW + timedelta(seconds=CALM_SECONDS + 1), tick=False):
        tasks.deliver_due_messages()
        seconds.pass_by(CALM_SECONDS)
    with time_machine.travel(NOW + timedelta(seconds=2 * CALM_SECONDS + 1), tick=False):
        tasks.deliver_due_messages()

    assert jumped == [("sending", 1, False), ("queued", 0, False)]
    assert states() == [("sent", 2, True), ("sent", 1, False)]
    assert (
        caplog.messages[0]
        == f"the clock jumped by {int(jump.total_seconds())} seconds: nothing leaves for {CALM_SECONDS} seconds"
    )


@pytest.mark.django_db
def test_a_process_that_is_born_after_a_jump_does_not_believe_the_clock_either(seconds):
    """The queue replaces a process that did 500 tasks."""
    make_message(not_before=NOW + HOUR, useless_after=NOW + 2 * HOUR)
    with time_machine.travel(NOW, tick=False):
        tasks.heartbeat()

    with time_machine.travel(NOW + 26 * HOUR, tick=False):
        tasks.heartbeat()
        reload(tasks).deliver_due_messages()

    assert states() == [("queued", 0, False)]


@pytest.mark.django_db
def test_a_machine_that_started_anew_believes_its_clock(seconds):
    """Its seconds start anew as well."""
    seconds.pass_by(10**6)
    for jump in (0, 1):
        with time_machine.travel(NOW + jump * HOUR, tick=False):
            tasks.heartbeat()
    seconds.pass_by(-(10**6))
    with time_machine.travel(NOW + HOUR + timedelta(seconds=300), tick=False):
        assert not tasks.clock_is_calm()

    seconds.pass_by(CALM_SECONDS)
    with time_machine.travel(NOW + HOUR + timedelta(seconds=480), tick=False):
        assert tasks.clock_is_calm()


def test_a_watch_takes_no_moment_of_before_the_machine_started(seconds):
    assert Watch(offset=0.0, calm_at=10.0**6).is_calm()


@pytest.mark.django_db
def test_a_lease_of_a_clock_that_was_set_back_does_not_keep_a_message_for_hours(settings):
    settings.DEMO = False  # where a visitor turns the clock
    make_message()
    claim(now=NOW + HOUR, channels=["mail"])  # which died, and then the clock was set back

    assert deliver_due(now=NOW) == 1
    assert states() == [("sent", 2, True)]


@pytest.mark.django_db
def test_a_run_knows_how_late_it_is_when_it_claims(seconds, settings):
    make_message(), make_message(useless_after=NOW + timedelta(seconds=20)), make_message()
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "smtp://slow", f"{__name__}.SlowServer"
    SlowServer.seconds = seconds

    assert deliver_due(now=NOW) == 2
    assert [state for state, *_rest in states()] == ["sent", "queued", "sent"]
    moments = Message.objects.order_by("pk").values_list("sending_at", "sent_at")
    assert [(began and began - NOW, ended and ended - NOW) for began, ended in moments] == [
        (timedelta(0), timedelta(seconds=25)),
        (None, None),
        (timedelta(seconds=25), timedelta(seconds=50)),
    ]
