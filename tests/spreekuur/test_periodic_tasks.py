from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule, Task
from django_q.scheduler import scheduler

from candidates.models import IntakeFile
from organisation.models import Role
from outbox.models import Heartbeat
from spreekuur import periodic_tasks
from spreekuur.cleanup import sweep
from spreekuur.periodic_tasks import TIMETABLE, Entry, mend_timetable, set_timetable, tick
from tests.factories import NOW, make_message, make_user

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TWO_DAYS_AGO = NOW - timedelta(days=2)


def test_every_entry_names_a_task():
    assert [callable(import_string(entry.task)) for entry in TIMETABLE] == [True] * len(TIMETABLE)


def test_the_one_schedule_is_made_from_code_and_replaces_every_other():
    Schedule.objects.create(func="from.elsewhere", schedule_type=Schedule.HOURLY)

    set_timetable()
    set_timetable()

    assert list(Schedule.objects.values_list("func", "schedule_type", "minutes", "repeats")) == [
        ("spreekuur.periodic_tasks.tick", "I", 1, -1)
    ]


@time_machine.travel(NOW, tick=False)
def test_a_tick_beats_and_asks_for_a_delivery():
    make_message()

    tick()

    assert Heartbeat.objects.get().beat_at == NOW
    assert [queued.func() for queued in OrmQ.objects.all()] == ["outbox.tasks.deliver_due_messages"]


def test_a_clock_that_was_set_back_does_not_stop_the_timetable(monkeypatch):
    monkeypatch.setattr("django_q.scheduler.close_old_django_connections", lambda: None)  # it would end the test's
    with time_machine.travel(NOW + HOUR, tick=False):
        set_timetable()

    with time_machine.travel(NOW, tick=False):
        mend_timetable()
        mend_timetable()
        later = Schedule.objects.get().next_run
    with time_machine.travel(NOW + MINUTE / 2, tick=False):
        scheduler()
        mend_timetable()

    assert [queued.func() for queued in OrmQ.objects.all()] == ["spreekuur.periodic_tasks.tick"]
    assert (later, Schedule.objects.get().next_run) == (NOW, NOW + MINUTE)


def test_a_task_that_fails_does_not_stop_the_others(monkeypatch, caplog):
    broken = Entry("break", "spreekuur.nowhere.at_all")
    monkeypatch.setattr(periodic_tasks, "TIMETABLE", (broken, *TIMETABLE))

    tick()

    assert Heartbeat.objects.count() == 1
    assert [line for line in caplog.messages if line.startswith("timetable, break: ModuleNotFoundError")] != []


def test_what_nobody_needs_is_swept_away():
    for stopped in (TWO_DAYS_AGO, NOW):
        Task.objects.create(id=f"{stopped:%d}", name="a", func="a.b", started=stopped, stopped=stopped)
        Heartbeat.objects.create(worker=f"{stopped:%d}", beat_at=stopped)
        Session.objects.create(session_key=f"{stopped:%d}", session_data="", expire_date=stopped)

    sweep(now=NOW)

    assert list(Task.objects.values_list("id", flat=True)) == ["23"]
    assert list(Heartbeat.objects.values_list("worker", flat=True)) == ["23"]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["23"]


def test_a_file_that_nobody_imported_within_a_day_is_gone():
    recruiter = make_user(Role.RECRUITER)
    for name, state, created_at in (
        ("old preview", "preview", TWO_DAYS_AGO),
        ("old dropped", "dropped", TWO_DAYS_AGO),
        ("imported", "imported", TWO_DAYS_AGO),
        ("new preview", "preview", NOW),
    ):
        file = IntakeFile.objects.create(uploaded_by=recruiter, name=name, state=state)
        IntakeFile.objects.filter(pk=file.pk).update(created_at=created_at)

    sweep(now=NOW)

    assert sorted(IntakeFile.objects.values_list("name", flat=True)) == ["imported", "new preview"]
