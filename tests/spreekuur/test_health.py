"""What a monitor reads of the worker."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from outbox.services import beat
from tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db
WORKER = reverse("healthz_worker")


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], {"overdue_seconds": 0, "is_overdue": False, "waiting": 0}),
        ([10, 3, -1], {"overdue_seconds": 600, "is_overdue": False, "waiting": 2}),
        ([11, 60], {"overdue_seconds": 3600, "is_overdue": True, "waiting": 2}),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_late_messages_are_told_in_fields_while_the_worker_lives(client, minutes, expected):
    beat(worker="machine:1", now=NOW)
    for late in minutes:
        make_message(not_before=NOW - timedelta(minutes=late))

    answer = client.get(WORKER)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "inbox_failures": 0, **expected})


@time_machine.travel(NOW, tick=False)
def test_a_worker_that_is_silent_is_no_worker(client):
    beat(worker="machine:1", now=NOW - timedelta(minutes=3))

    answer = client.get(WORKER)

    assert (answer.status_code, answer.json()["status"]) == (503, "no worker")
