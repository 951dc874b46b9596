from datetime import timedelta

import pytest
import time_machine
from django_q.models import OrmQ

from outbox import tasks
from outbox.models import Heartbeat, Message
from outbox.monitoring.queries import last_heartbeat_within
from outbox.tasks import deliver_due_messages, heartbeat
from tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db


@time_machine.travel(NOW, tick=False)
def test_a_worker_delivers_and_says_that_it_lives(settings):
    settings.WORKER_NAME = "machine:1"
    make_message(), make_message(not_before=NOW + timedelta(minutes=1))

    deliver_due_messages()

    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "queued"]
    assert list(Heartbeat.objects.values_list("worker", "beat_at")) == [("machine:1", NOW)]


@pytest.mark.parametrize(("messages", "asked"), [(3, 0), (4, 1)])
@time_machine.travel(NOW, tick=False)
def test_who_finds_more_than_one_can_send_asks_for_help_once_something_left(monkeypatch, messages, asked):
    monkeypatch.setattr(tasks, "ALONE", 2)
    for _number in range(messages):
        make_message()

    deliver_due_messages()

    assert Message.objects.filter(state="sent").count() == messages
    assert OrmQ.objects.count() == asked


@time_machine.travel(NOW, tick=False)
def test_a_heartbeat_counts_for_two_minutes():
    heartbeat()
    heartbeat()

    assert Heartbeat.objects.count() == 1
    assert last_heartbeat_within(NOW + timedelta(minutes=2))
    assert not last_heartbeat_within(NOW + timedelta(minutes=2, seconds=1))


def test_a_heartbeat_of_a_clock_that_was_ahead_hides_no_worker_that_is_dead():
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        heartbeat()

    assert not last_heartbeat_within(NOW + timedelta(minutes=30))
