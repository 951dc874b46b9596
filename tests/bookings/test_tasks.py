import pytest

from bookings import tasks
from bookings.tasks import send_what_is_due
from outbox.models import Message
from tests.factories import NOW, make_policy, make_rejection


@pytest.mark.django_db
def test_a_scan_that_fails_does_not_stop_the_others(monkeypatch, caplog):
    def broken(*, now):
        raise ValueError

    monkeypatch.setattr(tasks, "SCANS", (broken, *tasks.SCANS))
    make_policy()
    make_rejection()

    send_what_is_due(NOW)

    assert list(Message.objects.values_list("kind", flat=True)) == ["invitation"]
    assert [line for line in caplog.messages if line.startswith("broken: ValueError in test_tasks.py")] != []
