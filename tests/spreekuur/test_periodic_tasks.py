from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule, Task

from candidates.models import IntakeFile
from organisation.models import Role
from outbox.models import Heartbeat
from spreekuur import periodic_tasks
from spreekuur.cleanup import delete_expired
from spreekuur.periodic_tasks import PERIODIC_TASKS, PeriodicTask, run_periodic_tasks, set_schedule
from tests.factories import NOW, make_message, make_user

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TWO_DAYS_AGO = NOW - timedelta(days=2)


def test_every_entry_refers_to_a_task():
    assert [callable(import_string(entry.task)) for entry in PERIODIC_TASKS] == [True] * len(PERIODIC_TASKS)


def test_the_schedule_is_created_from_code_and_replaces_all_others():
    Schedule.objects.create(func="from.elsewhere", schedule_type=Schedule.HOURLY)

    set_schedule()
    set_schedule()

    assert list(Schedule.objects.values_list("func", "schedule_type", "minutes", "repeats")) == [
        ("spreekuur.periodic_tasks.run_periodic_tasks", "I", 1, -1)
    ]


@time_machine.travel(NOW, tick=False)
def test_run_records_a_heartbeat_and_enqueues_delivery():
    make_message()

    run_periodic_tasks()

    assert Heartbeat.objects.get().beat_at == NOW
    assert [queued.func() for queued in OrmQ.objects.all()] == [
        "outbox.tasks.deliver_due_messages",
        "spreekuur.tasks.run_retention",
    ]


def test_a_task_that_fails_does_not_stop_the_others(monkeypatch, caplog):
    broken = PeriodicTask("break", "spreekuur.nowhere.at_all")
    monkeypatch.setattr(periodic_tasks, "PERIODIC_TASKS", (broken, *PERIODIC_TASKS))

    run_periodic_tasks()

    assert Heartbeat.objects.count() == 1
    assert [line for line in caplog.messages if line.startswith("periodic task, break: ModuleNotFoundError")] != []


def test_cleanup_deletes_expired_rows():
    for stopped in (TWO_DAYS_AGO, NOW):
        Task.objects.create(id=f"{stopped:%d}", name="a", func="a.b", started=stopped, stopped=stopped)
        Heartbeat.objects.create(worker=f"{stopped:%d}", beat_at=stopped)
        Session.objects.create(session_key=f"{stopped:%d}", session_data="", expire_date=stopped)

    delete_expired(now=NOW)

    assert list(Task.objects.values_list("id", flat=True)) == ["23"]
    assert list(Heartbeat.objects.values_list("worker", flat=True)) == ["23"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["23"]


def test_a_csv_file_that_was_not_imported_within_a_day_is_deleted():
    recruiter = make_user(Role.RECRUITER)
    for name, state, created_at in (
        ("old preview", "preview", TWO_DAYS_AGO),
        ("old dropped", "dropped", TWO_DAYS_AGO),
        ("imported", "imported", TWO_DAYS_AGO),
        ("new preview", "preview", NOW),
    ):
        file = IntakeFile.objects.create(uploaded_by=recruiter, name=name, state=state)
        IntakeFile.objects.filter(pk=file.pk).update(created_at=created_at)

    delete_expired(now=NOW)

    assert sorted(IntakeFile.objects.values_list("name", flat=True)) == ["imported", "new preview"]
