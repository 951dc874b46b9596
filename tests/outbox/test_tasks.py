from datetime import timedelta

import pytest
import time_machine
from django_q.models import OrmQ

from outbox import tasks
from outbox.models import Heartbeat, Message
from outbox.monitoring.queries import is_worker_alive
from outbox.tasks import deliver_due_messages, heartbeat
from tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db


@time_machine.travel(NOW, tick=False)
def test_delivery_task_sends_and_records_a_heartbeat(settings):
    settings.WORKER_NAME = "machine:1"
    make_message(), make_message(not_before=NOW + timedelta(minutes=1))

    deliver_due_messages()

    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "queued"]
    assert list(Heartbeat.objects.values_list("worker", "beat_at")) == [("machine:1", NOW)]


@pytest.mark.parametrize(("messages", "asked"), [(3, 0), (4, 1)])
@time_machine.travel(NOW, tick=False)
def test_backlog_requests_another_run_once_something_was_sent(monkeypatch, messages, asked):
    monkeypatch.setattr(tasks, "BACKLOG", 2)
    for _number in range(messages):
        make_message()

    deliver_due_messages()

    assert Message.objects.filter(state="sent").count() == messages
    assert OrmQ.objects.count() == asked


@time_machine.travel(NOW, tick=False)
def test_heartbeat_counts_for_two_minutes():
    heartbeat()
    heartbeat()

    assert Heartbeat.objects.count() == 1
    assert is_worker_alive(NOW + timedelta(minutes=2))
    assert not is_worker_alive(NOW + timedelta(minutes=2, seconds=1))


def test_heartbeat_of_a_clock_that_was_ahead_does_not_hide_a_dead_worker():
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        heartbeat()

    assert not is_worker_alive(NOW + timedelta(minutes=30))
