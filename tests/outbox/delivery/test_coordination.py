"""Many requests to deliver become few runs, and an unreachable provider is skipped."""

from datetime import timedelta

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django_q.models import OrmQ
from django_q.tasks import async_task

from outbox.delivery import coordination
from outbox.delivery.worker import RUN_LENGTH, deliver_due
from outbox.models import DeliveryRun, Message, ProviderOutage
from outbox.queue import enqueue_delivery
from outbox.tasks import deliver_due_messages
from tests.factories import NOW, make_message, make_sms
from tests.outbox.test_clock import FakeSeconds
from tests.races import run_concurrently
from tests.stand_ins import mail_server, point_to

pytestmark = pytest.mark.django_db
PERIODIC_TASK = "outbox.tasks.heartbeat"
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


class FakeTime(FakeSeconds):
    """Moves the wall clock along with the monotonic seconds."""

    def __init__(self, monkeypatch, wall):
        super().__init__(monkeypatch)
        self.wall = wall

    def advance(self, number):
        super().advance(number)
        self.wall.shift(timedelta(seconds=number))


class SlowServer(BaseEmailBackend):
    """Takes half a second for an e-mail."""

    def send_messages(self, email_messages):
        self.seconds.advance(0.5)
        return len(email_messages)


class HangingServer(BaseEmailBackend):
    """Does not respond before the time-out of the sender."""

    def open(self):
        self.seconds.advance(20)
        raise TimeoutError

    def send_messages(self, email_messages):
        self.open()


def run_one_worker(seconds, *, minutes):
    """Run the queue with one worker and a periodic task every minute; returns how long each of those waited."""
    enqueued_at, waited = {}, []
    while seconds.passed < minutes * 60:
        for at in range(60 * len(enqueued_at), int(seconds.passed) + 1, 60):
            enqueued_at[async_task(PERIODIC_TASK)] = at
        task = OrmQ.objects.order_by("pk").first()
        if task is None:
            seconds.advance(1)
            continue
        task.delete()
        if task.task_id() in enqueued_at:
            waited.append(seconds.passed - enqueued_at[task.task_id()])
            enqueue_delivery()
        else:
            deliver_due_messages(*task.args())
    return waited


@pytest.mark.parametrize(("server", "sent"), [(SlowServer, 1000), (HangingServer, 0)])
def test_periodic_task_waits_for_two_runs_at_most_however_large_the_backlog_is(monkeypatch, settings, server, sent):
    settings.EMAIL_URL, settings.EMAIL_BACKEND = "smtp://slow", f"{__name__}.{server.__name__}"
    for _number in range(1000):
        make_message()
    with time_machine.travel(NOW, tick=False) as wall:
        for _request in range(20):
            enqueue_delivery()
        server.seconds = FakeTime(monkeypatch, wall)
        waited = run_one_worker(server.seconds, minutes=10)

    assert max(waited) <= 2 * (RUN_LENGTH + timedelta(seconds=20)).total_seconds()
    assert (Message.objects.filter(state="sent").count(), len(waited)) == (sent, 10)
    assert OrmQ.objects.count() <= 3


@time_machine.travel(NOW, tick=False)
def test_unreachable_provider_is_tried_once_and_not_by_every_request(settings):
    point_to(settings, 1)  # nothing listens there
    for _number in range(60):
        make_message()

    for seconds in range(30):
        deliver_due_messages(NOW + seconds * SECOND)

    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0] * 59 + [1]
    assert OrmQ.objects.count() == 0


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_only_one_of_concurrent_requests_begins_a_run():
    begun = run_concurrently([lambda: coordination.try_begin_run(asked_at=NOW, now=NOW + SECOND)] * 4, threads=4)

    assert sorted(begun) == [False, False, False, True]


def test_request_made_after_a_run_began_begins_another():
    coordination.try_begin_run(asked_at=NOW, now=NOW)

    begun = [coordination.try_begin_run(asked_at=NOW + later * SECOND, now=NOW + 2 * SECOND) for later in (0, 1)]

    assert begun == [False, True]


def test_every_request_begins_a_run_after_the_last_one_finished():
    coordination.try_begin_run(asked_at=NOW, now=NOW)
    coordination.finish_run()

    assert coordination.try_begin_run(asked_at=NOW - SECOND, now=NOW)


def test_another_run_is_requested_once_until_it_begins():
    coordination.try_begin_run(asked_at=NOW, now=NOW)

    for seconds in (1, 2, 3):
        coordination.request_another_run(now=NOW + seconds * SECOND)
    coordination.try_begin_run(asked_at=NOW + SECOND, now=NOW + 4 * SECOND)
    coordination.request_another_run(now=NOW + 5 * SECOND)

    assert OrmQ.objects.count() == 2


def test_times_of_a_clock_that_was_ahead_block_no_run():
    DeliveryRun.objects.create(pk=coordination.RUN_PK, began_at=NOW + HOUR, asked_at=NOW + 2 * HOUR)

    coordination.request_another_run(now=NOW)

    assert coordination.try_begin_run(asked_at=NOW, now=NOW)
    assert OrmQ.objects.count() == 1


def attempts():
    return list(Message.objects.order_by("pk").values_list("attempts", flat=True))


def test_transport_with_an_unreachable_provider_is_skipped_until_the_next_minute(settings):
    point_to(settings, 1)  # nothing listens there
    make_message(), make_message(), make_sms()

    sent = [deliver_due(now=NOW + after) for after in (0 * SECOND, SECOND, 49 * SECOND, MINUTE)]

    assert (sent, attempts()) == ([1, 0, 0, 0], [1, 1, 1])


def test_connection_that_breaks_after_a_success_is_no_outage(settings):
    _first, second, _third = (make_message(not_before=NOW - after * SECOND) for after in (2, 1, 0))
    with mail_server(settings, decides=lambda key, times: "close" if str(second.key) in key else "accept"):
        sent = [deliver_due(now=NOW), deliver_due(now=NOW + SECOND)]

    assert (sent, attempts(), ProviderOutage.objects.count()) == ([1, 1], [1, 1, 1], 0)


def test_outage_recorded_by_a_clock_that_was_ahead_is_ignored():
    coordination.record_outage("mail", now=NOW + HOUR)

    assert coordination.unavailable_transports(NOW) == set()
