"""How many wishes to deliver wait in the queue, and who has to wait for them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django_q.models import OrmQ
from django_q.tasks import async_task

from outbox.delivery import run_lock
from outbox.delivery.worker import RUN
from outbox.models import Message, Turn
from outbox.queue import wake_worker
from outbox.tasks import deliver_due_messages
from tests.factories import NOW, make_message
from tests.outbox.test_clock import Seconds
from tests.races import at_once
from tests.stand_ins import point_to

pytestmark = pytest.mark.django_db
A_LOOK = "outbox.tasks.heartbeat"  # of the timetable
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Hours(Seconds):
    """The clock on the wall goes along."""

    def __init__(self, monkeypatch, wall):
        super().__init__(monkeypatch)
        self.wall = wall

    def pass_by(self, number):
        super().pass_by(number)
        self.wall.shift(timedelta(seconds=number))


class Slow(BaseEmailBackend):
    """Takes half a second for a letter."""

    def send_messages(self, email_messages):
        self.seconds.pass_by(0.5)
        return len(email_messages)


class Hanging(BaseEmailBackend):
    """Says nothing until the sender has enough of it."""

    def open(self):
        self.seconds.pass_by(20)
        raise TimeoutError

    def send_messages(self, email_messages):
        self.open()


def look_waits(seconds, *, minutes):
    """One worker for so long, with a look of the timetable every minute: how long each waited for its turn."""
    asked, waited = {}, []
    while seconds.passed < minutes * 60:
        for at in range(60 * len(asked), int(seconds.passed) + 1, 60):
            asked[async_task(A_LOOK)] = at
        task = OrmQ.objects.order_by("pk").first()
        if task is None:
            seconds.pass_by(1)
            continue
        task.delete()
        if task.task_id() in asked:
            waited.append(seconds.passed - asked[task.task_id()])
            wake_worker()
        else:
            deliver_due_messages(*task.args())
    return waited


@pytest.mark.parametrize(("server", "left"), [(Slow, 1000), (Hanging, 0)])
def test_a_look_of_the_timetable_waits_for_two_runs_at_most_however_many_messages_are_late(
    monkeypatch, settings, server, left
):
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "smtp://slow", f"{__name__}.{server.__name__}"
    for _number in range(1000):
        make_message()
    with time_machine.travel(NOW, tick=False) as wall:
        for _wish in range(20):
            wake_worker()
        server.seconds = Hours(monkeypatch, wall)
        waited = look_waits(server.seconds, minutes=10)

    assert max(waited) <= 2 * (RUN + timedelta(seconds=20)).total_seconds()
    assert (Message.objects.filter(state="sent").count(), len(waited)) == (left, 10)
    assert OrmQ.objects.count() <= 3


@time_machine.travel(NOW, tick=False)
def test_a_provider_that_is_away_is_tried_once_and_not_by_every_wish(settings):
    point_to(settings, 1)  # nobody answers there
    for _number in range(60):
        make_message()
    wishes = [NOW + number * SECOND for number in range(30)]

    for moment in wishes:
        deliver_due_messages(moment)

    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0] * 59 + [1]
    assert OrmQ.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_wishes_of_one_moment_one_begins():
    begun = at_once([lambda: run_lock.begin(asked_at=NOW, now=NOW + SECOND)] * 4, threads=4)

    assert sorted(begun) == [False, False, False, True]


def test_a_wish_that_was_uttered_after_a_run_began_begins_another():
    run_lock.begin(asked_at=NOW, now=NOW)

    assert [run_lock.begin(asked_at=NOW + later * SECOND, now=NOW + 2 * SECOND) for later in (0, 1)] == [False, True]


def test_once_nothing_is_left_every_wish_is_heard():
    run_lock.begin(asked_at=NOW, now=NOW)
    run_lock.end()

    assert run_lock.begin(asked_at=NOW - SECOND, now=NOW)


def test_who_asks_for_another_turn_is_not_asked_after_until_it_begins():
    run_lock.begin(asked_at=NOW, now=NOW)

    for moment in (1, 2, 3):
        run_lock.ask(now=NOW + moment * SECOND)
    run_lock.begin(asked_at=NOW + SECOND, now=NOW + 4 * SECOND)
    run_lock.ask(now=NOW + 5 * SECOND)

    assert OrmQ.objects.count() == 2


def test_a_moment_of_a_clock_that_was_ahead_stops_nobody():
    Turn.objects.create(pk=run_lock.THE_ROW, began_at=NOW + HOUR, asked_at=NOW + 2 * HOUR)

    run_lock.ask(now=NOW)

    assert run_lock.begin(asked_at=NOW, now=NOW)
    assert OrmQ.objects.count() == 1
