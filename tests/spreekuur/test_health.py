"""Health endpoint of the workers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from outbox.services import record_heartbeat
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
def test_late_messages_are_reported_in_fields_while_the_worker_is_alive(client, minutes, expected):
    record_heartbeat(worker="machine:1", now=NOW)
    for late in minutes:
        make_message(not_before=NOW - timedelta(minutes=late))

    answer = client.get(WORKER)

    fields = answer.json()
    fields.pop("clock_difference_seconds")  # the database does not travel in time
    assert (answer.status_code, fields) == (200, {"status": "ok", "inbox_failures": 0, **expected})


@time_machine.travel(NOW, tick=False)
def test_a_worker_without_a_recent_heartbeat_is_not_alive(client):
    record_heartbeat(worker="machine:1", now=NOW - timedelta(minutes=3))

    answer = client.get(WORKER)

    assert (answer.status_code, answer.json()["status"]) == (503, "no worker")


@pytest.mark.parametrize(("ahead", "reported"), [(0, 0), (50, 0), (-50, 0), (3600, 3600), (-3600, -3600)])
def test_clock_difference_with_the_database_is_reported_above_a_minute(client, ahead, reported):
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead)):
        found = client.get(WORKER).json()["clock_difference_seconds"]

    assert abs(found - reported) < 10
